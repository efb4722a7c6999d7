import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import {
  addressOf,
  atCleanUp,
  cleanUp,
  logPath,
  folder as makeFolder,
  meet,
  startNode,
  until,
} from '../packages/admin/test/node.ts';

afterEach(cleanUp);

const SCRIPT = join(import.meta.dirname, '../examples/sidecar/cache.sh');
const MISSING = ['bash', 'curl', 'flock'].filter((tool) => spawnSync(tool, ['--version']).error);
const title = (text: string): string =>
  MISSING.length === 0 ? text : `${text} (skipped: no ${MISSING.join(', ')})`;

const run = promisify(execFile);

/** The shell's cache of the scope `item`, and the file that its values are loaded from. */
function startCache(url: string) {
  const path = makeFolder();
  const source = join(makeFolder(), 'source');
  const put = (value: string): void => writeFileSync(source, value);
  const follower = spawn(SCRIPT, ['follow', url, 'item', path], { detached: true });
  atCleanUp(async () => {
    const ended = once(follower, 'exit');
    if (follower.pid) process.kill(-follower.pid, 'SIGKILL');
    await ended;
  });
  const get = async (key: string, ...command: string[]): Promise<string> => {
    const load = command.length > 0 ? command : ['cat', source];
    return (await run(SCRIPT, ['get', path, key, ...load])).stdout;
  };
  const isConnected = () => existsSync(join(path, 'connected'));
  const holds = (key: string) => existsSync(join(path, 'values', `${key}.value`));
  return { path, source, put, get, isConnected, holds };
}

describe.skipIf(MISSING.length > 0)('a client of curl and a shell loop', () => {
  test(title('drops what others change, and keeps the rest'), async () => {
    const log = logPath();
    const [a, b] = [await startNode('a', log), await startNode('b', log)];
    await meet(a, b);
    const cache = startCache(addressOf(a));
    await until(cache.isConnected);
    for (const key of ['lake/t1', 'lake/t10', 'other']) {
      cache.put('old');
      expect(await cache.get(key)).toBe('old');
      cache.put('new');
      expect(await cache.get(key)).toBe('old');
    }
    await b.invalidate('item', { prefix: 'lake/t1' });
    await until(() => !cache.holds('lake/t1'));
    expect(await cache.get('lake/t1')).toBe('new');
    expect(await cache.get('lake/t10')).toBe('old');
    await b.invalidate('item', { tag: 'which the shell does not know' });
    await until(() => !cache.holds('other'));
    expect(await cache.get('lake/t10')).toBe('new');
  });

  test(title('stays coherent through a restart of its node'), async () => {
    const log = logPath();
    const [a, b] = [await startNode('a', log), await startNode('b', log)];
    await meet(a, b);
    const url = addressOf(a);
    const cache = startCache(url);
    await until(cache.isConnected);
    cache.put('old');
    await cache.get('k');
    await a.close();
    await until(() => !cache.isConnected());
    cache.put('new');
    await b.invalidate('item', { key: 'k' });
    // Nobody tells it of changes now, so it loads each time.
    expect(await cache.get('k')).toBe('new');
    await startNode('a', log, { admin: { listen: url.slice('http://'.length) } });
    await until(cache.isConnected);
    expect(cache.holds('k')).toBe(false);
    expect(await cache.get('k')).toBe('new');
    cache.put('newest');
    expect(await cache.get('k')).toBe('new');
  });

  test(
    title('does not keep a value that an invalidation overtook while it was loaded'),
    async () => {
      const a = await startNode('a', logPath(), { mesh: false });
      const cache = startCache(addressOf(a));
      await until(cache.isConnected);
      const changes = () => readFileSync(join(cache.path, 'changes'), 'utf8');
      const before = changes();
      cache.put('old');
      const [begun, go] = [join(cache.path, 'begun'), join(cache.path, 'go')];
      const load = `cat ${cache.source}; touch ${begun}; until [ -e ${go} ]; do sleep 0.05; done`;
      const slow = cache.get('k', 'bash', '-c', load);
      await until(() => existsSync(begun));
      await a.invalidate('item', { key: 'k' });
      await until(() => changes() !== before);
      cache.put('new');
      writeFileSync(go, '');
      expect(await slow).toBe('old');
      expect(cache.holds('k')).toBe(false);
      expect(await cache.get('k')).toBe('new');
    },
  );
});
