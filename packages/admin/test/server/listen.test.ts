import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { startHearsay } from '@hearsay/embed';
import { afterEach, describe, expect, test } from 'vitest';
import { addressOf, atCleanUp, call, cleanUp, folder, logPath, startNode } from '../node.js';

afterEach(cleanUp);

const NO_MESH = { mesh: false } as const;

describe('a place that is taken', () => {
  test('on loopback fails the start in one line and leaves nothing open', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    atCleanUp(() => void other.close());
    const { port } = other.address() as { port: number };
    const started = startHearsay({
      ...{ node: 'a', log: { sqlite: logPath() }, mesh: false },
      admin: { listen: `127.0.0.1:${port}` },
    });
    await expect(started).rejects.toMatchObject({
      code: 'HEARSAY_ADMIN_LISTEN_FAILED',
      message: expect.stringMatching(
        new RegExp(`^the admin server cannot listen on .*:${port} .*$`),
      ),
    });
  });
});

describe('a Unix socket', () => {
  const startAt = (unixSocket: string) =>
    startNode('a', logPath(), { ...NO_MESH, admin: { listen: undefined, unixSocket } });

  test('may be used by its owner alone, and goes with the node', async () => {
    const path = `${folder()}/admin.sock`;
    const node = await startAt(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await call(addressOf(node), '/v1/status')).status).toBe(200);
    await node.close();
    expect(existsSync(path)).toBe(false);
  });

  test('that a killed process left behind is replaced', async () => {
    const path = `${folder()}/admin.sock`;
    const { fork } = await import('node:child_process');
    const script = `${folder()}/leave.mjs`;
    writeFileSync(
      script,
      `import { createServer } from 'node:net';
       createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'));`,
    );
    await once(fork(script), 'exit');
    expect(statSync(path).isSocket()).toBe(true);
    expect((await call(addressOf(await startAt(path)), '/livez')).status).toBe(200);
  });

  test('that somebody listens on, and a file that is no socket, stay as they are', async () => {
    const path = `${folder()}/admin.sock`;
    const first = await startAt(path);
    await expect(startAt(path)).rejects.toMatchObject({ code: 'HEARSAY_ADMIN_LISTEN_FAILED' });
    expect((await call(addressOf(first), '/livez')).status).toBe(200);
    const file = `${folder()}/notes.txt`;
    writeFileSync(file, 'mine');
    await expect(startAt(file)).rejects.toMatchObject({ code: 'HEARSAY_ADMIN_LISTEN_FAILED' });
    expect(statSync(file).size).toBe(4);
  });
});
