import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { ConfigInvalidError } from '@hearsay/spi';
import { afterEach, describe, expect, test } from 'vitest';
import {
  AdminClient,
  AdminRefusedError,
  AdminReplyInvalidError,
  AdminTimeoutError,
  AdminUnreachableError,
} from '../../src/client.js';
import type { StreamEvent } from '../../src/index.js';
import { addressOf, atCleanUp, cleanUp, folder, logPath, meet, startNode } from '../node.js';

afterEach(cleanUp);

const run = promisify(execFile);

/** Something else than a node, at an address of its own. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atCleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs a module in a process of its own. @returns every specifier that it caused to be loaded */
async function loadedBy(script: string): Promise<string[]> {
  const hooks = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      loaded.add(found.url);
      return found;
    } });
    ${script}
    console.log(JSON.stringify([...loaded]));
    process.exit(0);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', hooks], {
    cwd: import.meta.dirname,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe('what is loaded', () => {
  const SERVER = /\/(fastify|prom-client|zod)\/|\/admin\/dist\/server/;

  test('the client loads no server, no metrics and no validation', async () => {
    const loaded = await loadedBy(`await import('@hearsay/admin/client');`);
    expect(loaded.some((url) => url.includes('/admin/dist/client'))).toBe(true);
    expect(loaded.filter((url) => SERVER.test(url))).toEqual([]);
  });

  test('a node without the option loads nothing of this package; with it, the server', async () => {
    const start = (admin: string) => `
      const { startHearsay } = await import('@hearsay/embed');
      await startHearsay({ node: 'a', mesh: { listen: '127.0.0.1:0' }, ${admin} });`;
    const without = await loadedBy(start(''));
    expect(without.filter((url) => url.includes('/admin/') || SERVER.test(url))).toEqual([]);
    const answering = await loadedBy(start('admin: { listen: false }'));
    expect(answering.filter((url) => /fastify|prom-client|admin\/dist\/server/.test(url))).toEqual(
      [],
    );
    const serving = await loadedBy(start(`admin: { listen: '127.0.0.1:0' }`));
    expect(serving.some((url) => url.includes('/fastify/'))).toBe(true);
  });
});

describe('the client', () => {
  test('calls every route, over TCP with a token and over a Unix socket', async () => {
    const path = logPath();
    const token = 'a-token-of-this-test-0123456789';
    const clusterKey = '0123456789abcdef'.repeat(4);
    const otherKey = 'fedcba9876543210'.repeat(4);
    const mesh = { listen: '127.0.0.1:0', clusterKey };
    const unixSocket = `${folder()}/admin.sock`;
    const admin = { listen: undefined, unixSocket, scopes: ['item'] };
    const a = await startNode('a', path, { mesh, admin: { token } });
    const b = await startNode('b', path, { mesh, admin });
    await meet(a, b);
    const clients: [AdminClient, string][] = [
      [new AdminClient({ url: addressOf(a), token }), 'b'],
      [new AdminClient({ unixSocket }), 'a'],
    ];
    for (const [client, other] of clients) {
      expect(await client.live()).toBe(true);
      expect((await client.ready()).ready).toBe(true);
      expect((await client.status()).coherence).toBe('coherent');
      expect((await client.members()).members).toHaveLength(2);
      expect((await client.scopes()).scopes[0]?.scope).toBe('item');
      expect((await client.lag()).nodes).toHaveLength(2);
      expect((await client.reachability()).nodes).toHaveLength(2);
      expect((await client.ping(other)).node).toBe(other);
      expect((await client.faults()).faults).toBeInstanceOf(Array);
      expect((await client.histograms()).convergence.buckets.length).toBeGreaterThan(1);
      expect(await client.metrics()).toContain('hearsay_ready 1');
      const body = { scope: 'item', targets: [{ key: 'a b/ü&?' }], waitMs: 5_000 };
      const { token: applied, applied: waited } = await client.invalidate(body);
      expect(waited?.everywhere).toBe(true);
      expect(await client.reached(applied)).toEqual({ reached: true });
      expect((await client.why('item', 'a b/ü&?')).nodes[0]?.drops[0]?.key).toBe('a b/ü&?');
      expect((await client.changeKeys('add', otherKey)).keys).toHaveLength(2);
      expect((await client.changeKeys('use', otherKey)).keys[0]?.primary).toBe(true);
      expect((await client.changeKeys('use', clusterKey)).keys).toHaveLength(2);
      expect((await client.changeKeys('remove', otherKey)).keys).toHaveLength(1);
      expect((await client.keys()).keys).toHaveLength(1);
      expect((await client.debug()).status.node).not.toBe(other);
    }
  });

  test('hands on what a node refuses, with its code and status', async () => {
    const node = await startNode('a', logPath(), { mesh: false });
    const client = new AdminClient({ url: addressOf(node) });
    const refused = client.why('unknown', 'k');
    await expect(refused).rejects.toThrow(AdminRefusedError);
    await expect(refused).rejects.toMatchObject({ code: 'HEARSAY_SCOPE_UNKNOWN', status: 404 });
    await expect(client.events({ scopes: ['unknown'] }).next()).rejects.toMatchObject({
      code: 'HEARSAY_SCOPE_UNKNOWN',
    });
  });

  test('tells apart who is not there, who is silent and who is no node', async () => {
    const nobody = new AdminClient({ url: 'http://127.0.0.1:1' });
    await expect(nobody.status()).rejects.toThrow(AdminUnreachableError);
    await expect(nobody.events().next()).rejects.toThrow(AdminUnreachableError);
    expect(await nobody.live()).toBe(false);
    const noSocket = new AdminClient({ unixSocket: `${folder()}/none.sock` });
    await expect(noSocket.status()).rejects.toThrow(/ENOENT/);

    const silent = await serve(() => undefined);
    await expect(new AdminClient({ url: silent, timeoutMs: 50 }).status()).rejects.toThrow(
      AdminTimeoutError,
    );
    await expect(new AdminClient({ url: silent, timeoutMs: 50 }).events().next()).rejects.toThrow(
      AdminTimeoutError,
    );
    const cut = await serve((_, response) => response.socket?.destroy());
    await expect(new AdminClient({ url: cut }).status()).rejects.toThrow(AdminUnreachableError);

    for (const [status, text] of [
      [200, '<html>'],
      [200, '"text"'],
      [404, 'not found'],
      [500, '{"error":"?"}'],
      [500, '{"error":{"code":"NOT_OURS","message":"x"}}'],
    ] as const) {
      const other = await serve((_, response) => response.writeHead(status).end(text));
      const client = new AdminClient({ url: other });
      await expect(client.status()).rejects.toThrow(AdminReplyInvalidError);
    }
  });
});

describe('an address that cannot be one', () => {
  test.each([
    { url: 'localhost:7947' },
    { url: '127.0.0.1:7947' },
    { url: 'https://127.0.0.1:7947' },
    { url: '' },
    { url: 'http://127.0.0.1:1', token: 'two\nlines' },
  ])('%j is refused as such: nobody was asked', async (address) => {
    const client = new AdminClient(address);
    await expect(client.status()).rejects.toThrow(ConfigInvalidError);
    await expect(client.events().next()).rejects.toThrow(ConfigInvalidError);
    expect(await client.live()).toBe(false);
  });
});

describe('the events of the client', () => {
  test('go on through a restart of the node, which says that all must be dropped', async () => {
    const path = logPath();
    const before = await startNode('a', path, { mesh: false });
    const url = addressOf(before);
    const listen = url.slice('http://'.length);
    const stop = new AbortController();
    const events = new AdminClient({ url }).events({ signal: stop.signal });
    const next = async (wanted: (event: StreamEvent) => boolean): Promise<StreamEvent> => {
      for (;;) {
        const { value } = await events.next();
        if (value && wanted(value)) return value;
      }
    };
    const isReset = ({ type, data }: StreamEvent) => type === 'reset' && data.scope === null;
    expect((await next(isReset)).data).toMatchObject({ reason: 'subscribed' });
    const going = next(isReset);
    await before.close();
    const after = await startNode('a', path, { mesh: false, admin: { listen } });
    expect((await going).data).toMatchObject({ reason: 'restarted' });
    const dropped = next(({ type }) => type === 'invalidate');
    await after.invalidate('item', { key: 'k' });
    expect((await dropped).data).toMatchObject({ key: 'k' });
    stop.abort();
    expect(await events.next()).toEqual({ value: undefined, done: true });
  });

  test('go on after a lost connection without a gap', async () => {
    const node = await startNode('a', logPath(), { mesh: false });
    const seen: string[] = [];
    const lastIds: unknown[] = [];
    // Forwards one connection after the other, and cuts each after its first invalidation.
    const relay = await serve(async (request, response) => {
      const lastId = request.headers['last-event-id'];
      lastIds.push(lastId);
      const stop = new AbortController();
      response.on('close', () => stop.abort());
      const options = { signal: stop.signal, ...(lastId ? { lastId: String(lastId) } : {}) };
      response.writeHead(200);
      for await (const { id, type, data } of new AdminClient({ url: addressOf(node) }).events(
        options,
      )) {
        response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
        if (type === 'invalidate') break;
      }
      response.end();
    });
    for await (const { type, data } of new AdminClient({ url: relay }).events()) {
      if (type === 'reset')
        await node.invalidate('item', [{ key: '1' }, { key: '2' }, { key: '3' }]);
      if (type === 'invalidate') seen.push(data.key);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(['1', '2', '3']);
    expect(lastIds[0]).toBeUndefined();
    expect(new Set(lastIds).size).toBe(3);
  });
});
