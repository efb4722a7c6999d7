import { AdminClient } from '@hearsay/admin/client';
import { InMemoryHub, InMemoryTransport } from '@hearsay/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigInvalidError, startHearsay } from '../src/index.js';
import { cleanUp, database, event, start } from './service.js';

afterEach(cleanUp);

const admin = { listen: '127.0.0.1:0', scopes: ['item'] };

describe('the option admin', () => {
  test('is checked before anything is opened', async () => {
    const { path } = database();
    const options = { node: 'a', log: { sqlite: path }, mesh: false } as const;
    await expect(startHearsay({ ...options, admin: { listen: '0.0.0.0:1' } })).rejects.toThrow(
      ConfigInvalidError,
    );
  });

  test('tells where the server listens, and close ends it', async () => {
    const node = await start({ node: 'a', mesh: { listen: '127.0.0.1:0' }, admin });
    const url = node.status().adminAddress;
    const client = new AdminClient({ url: String(url) });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await client.live()).toBe(true);
    await node.close();
    expect(await client.live()).toBe(false);
    const without = await start({ node: 'b', mesh: { listen: '127.0.0.1:0' } });
    expect(without.status().adminAddress).toBeUndefined();
  });

  test('has the scopes followed that it names, without a cache', async () => {
    const { path } = database();
    const options = { log: { sqlite: path }, poll: { intervalMs: 20 }, mesh: false } as const;
    const a = await start({ node: 'a', ...options });
    const b = await start({ node: 'b', ...options, admin });
    await event(b, 'reset');
    const applied = event(b, 'applied');
    await a.invalidate('item', { key: 'k' });
    expect(await applied).toMatchObject({ scope: 'item', appliedThrough: 1, via: 'log' });
  });

  test('works over any transport that can ask members, though it does not know them', async () => {
    const hub = new InMemoryHub();
    const [a, b] = [
      await start({ node: 'a', transport: new InMemoryTransport(hub), admin }),
      await start({ node: 'b', transport: new InMemoryTransport(hub), admin }),
    ];
    await Promise.all(
      [a, b].map(async (node) => {
        if (node.status().peers.length === 0) await event(node, 'coherence');
      }),
    );
    const client = new AdminClient({ url: String(a.status().adminAddress) });
    const { nodes } = await client.lag();
    expect(nodes.map(({ node, outcome }) => [node, outcome])).toEqual([
      ['a', 'answered'],
      ['b', 'answered'],
    ]);
    expect((await client.members()).members).toEqual([]);
  });

  test('a hint that gossip brings is told with its sender, and proves nothing (L2)', async () => {
    const hub = new InMemoryHub();
    const [a, b] = [
      await start({ node: 'a', transport: new InMemoryTransport(hub), admin }),
      await start({ node: 'b', transport: new InMemoryTransport(hub), admin }),
    ];
    const events = new AdminClient({ url: String(b.status().adminAddress) }).events();
    while ((await events.next()).value?.type !== 'heartbeat');
    await a.invalidate('item', [{ key: 'k' }, { tag: 't' }]);
    const seen = [(await events.next()).value, (await events.next()).value];
    await events.return(undefined);
    const from = { node: 'a', epoch: a.status().epoch };
    const data = { scope: 'item', via: 'gossip', from, version: null };
    expect(seen).toMatchObject([
      { type: 'invalidate', data: { ...data, kind: 'key', key: 'k' } },
      { type: 'invalidate', data: { ...data, kind: 'tag', key: 't' } },
    ]);
  });
});
