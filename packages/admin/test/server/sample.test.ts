import { afterEach, describe, expect, test } from 'vitest';
import { ADMIN_LIMITS, valueDigest } from '../../src/index.js';
import { addressOf, call, cleanUp, logPath, meet, post, startNode } from '../node.js';

afterEach(cleanUp);

interface Part {
  readonly node: string;
  readonly caches: number;
  readonly cached: number;
  readonly entries: { readonly key: string; readonly digest: string | null }[];
}

async function three() {
  const path = logPath();
  const nodes = [
    await startNode('a', path),
    await startNode('b', path),
    await startNode('c', path),
  ];
  const [a, b] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  await meet(...nodes);
  return { a, b };
}

describe('/v1/sample', () => {
  test('shows what every node has cached, as digests, and no value', async () => {
    const { a, b } = await three();
    const [items, more] = [a, b].map((node) =>
      node.cache('item', { ttlMs: 60_000, negativeTtlMs: 60_000 }),
    );
    await items?.getOrLoad('k', () => ({ secret: 'x', n: 1 }));
    await items?.getOrLoad('none', () => undefined);
    await more?.getOrLoad('k', () => ({ n: 1, secret: 'x' }));
    const { status, json, text } = await post(addressOf(a), '/v1/sample', {
      scope: 'item',
      max: 9,
    });
    expect(status).toBe(200);
    expect(text).not.toContain('secret');
    const digest = valueDigest({ secret: 'x', n: 1 });
    const ageMs = expect.any(Number);
    const part = (node: string) => json.nodes.find((one: Part) => one.node === node);
    expect(part('a')).toMatchObject({ outcome: 'answered', caches: 1, cached: 2 });
    expect(part('a').entries).toHaveLength(2);
    expect(part('a').entries).toContainEqual({ key: 'k', digest, ageMs });
    expect(part('a').entries).toContainEqual({ key: 'none', digest: 'absent', ageMs });
    expect(part('b').entries).toEqual([{ key: 'k', digest, ageMs }]);
    expect(part('c')).toMatchObject({ outcome: 'answered', caches: 0, cached: 0, entries: [] });
    const keys = { scope: 'item', keys: ['none', 'nowhere'] };
    const again = await post(addressOf(b), '/v1/sample', keys);
    expect(again.json.nodes.flatMap(({ entries }: Part) => entries)).toEqual([
      { key: 'none', digest: 'absent', ageMs },
    ]);
  });

  test('draws at random, as many as are asked for', async () => {
    const node = await startNode('a', logPath());
    const cache = node.cache('item', { ttlMs: 60_000 });
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
    await cache.getOrLoadMany(keys, async () => new Map(keys.map((key) => [key, key])));
    const seen = new Set<string>();
    // The chance that one of 50 is never among 200 draws of 5 is below 10⁻⁷.
    for (let draw = 0; draw < 200; draw++) {
      const { json } = await post(addressOf(node), '/v1/sample', { scope: 'item', max: 5 });
      const drawn: string[] = json.nodes[0].entries.map(({ key }: { key: string }) => key);
      expect(new Set(drawn).size).toBe(5);
      for (const key of drawn) seen.add(key);
    }
    expect(seen.size).toBe(50);
  });

  test('has digests of the node’s own making, and says where there is none', async () => {
    const digest = (value: unknown, scope: string) => {
      if (value === 'bad') throw new Error('no digest');
      return value === 'long' ? 'x'.repeat(65) : `${scope}:${String(value)}`;
    };
    const node = await startNode('a', logPath(), { admin: { digest } });
    const cache = node.cache<string>('item', { ttlMs: 60_000 });
    for (const key of ['bad', 'long', 'good']) await cache.getOrLoad(key, () => key);
    const { json } = await post(addressOf(node), '/v1/sample', { scope: 'item', max: 9 });
    const entries: Part['entries'] = json.nodes[0].entries;
    expect(Object.fromEntries(entries.map(({ key, digest: made }) => [key, made]))).toEqual({
      bad: null,
      long: null,
      good: 'item:good',
    });
  });

  test('is bounded in bytes', async () => {
    const node = await startNode('a', logPath());
    const cache = node.cache<number>('item', { ttlMs: 60_000 });
    const keys = Array.from({ length: 1_000 }, (_, index) => `${index}`.padEnd(1_024, 'x'));
    await cache.getOrLoadMany(keys, async () => new Map(keys.map((key) => [key, 1])));
    const { json, text } = await post(addressOf(node), '/v1/sample', { scope: 'item', max: 1_000 });
    expect(json.nodes[0].cached).toBe(1_000);
    expect(text.length).toBeLessThan(ADMIN_LIMITS.sampledBytesMax + 1_000);
    expect(json.nodes[0].entries.length).toBeGreaterThan(200);
  });

  test.each<[object, number]>([
    [{ scope: 'item' }, 400],
    [{ scope: 'item', max: 1, keys: ['k'] }, 400],
    [{ scope: 'item', max: 0 }, 400],
    [{ scope: 'item', max: ADMIN_LIMITS.sampledEntriesMax + 1 }, 400],
    [{ scope: 'item', keys: [] }, 400],
    [{ scope: 'item', keys: ['/k'] }, 400],
    [{ scope: 'item', keys: Array(ADMIN_LIMITS.sampledEntriesMax + 1).fill('k') }, 400],
    // 49 keys of 1,000 bytes are 49,148 bytes of JSON.
    [{ scope: 'item', keys: Array(49).fill('k'.repeat(1_000)) }, 200],
    [{ scope: 'item', keys: [...Array(49).fill('k'.repeat(1_000)), 'key'] }, 400],
    [{ scope: 'other', max: 1 }, 404],
    [{ scope: 'a b', max: 1 }, 400],
  ])('%j is answered with %i', async (body, status) => {
    const node = await startNode('a', logPath());
    expect((await post(addressOf(node), '/v1/sample', body)).status).toBe(status);
  });

  test('needs the token', async () => {
    const token = 't'.repeat(ADMIN_LIMITS.tokenCharsMin);
    const node = await startNode('a', logPath(), { admin: { token } });
    const body = { scope: 'item', max: 1 };
    expect((await post(addressOf(node), '/v1/sample', body)).status).toBe(401);
    expect((await call(addressOf(node), '/v1/sample')).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect((await post(addressOf(node), '/v1/sample', body, headers)).status).toBe(200);
  });
});
