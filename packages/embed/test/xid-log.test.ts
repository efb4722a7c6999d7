import { afterEach, describe, expect, test } from 'vitest';
import { POSTGRES, postgresSchema } from '../../../test/databases/postgres.ts';
import { cleanLater, cleanUp, coherent, event, start } from './service.js';

afterEach(cleanUp);

const TTL = { ttlMs: 60_000 };

async function database() {
  const { url, schema, pool, drop } = await postgresSchema('url' in POSTGRES ? POSTGRES.url : '');
  cleanLater(drop);
  return {
    pool,
    log: {
      postgres: { connectionString: url, schema, mode: 'xid8', pollTimeoutMs: 20_000 },
    } as const,
  };
}

const title = 'url' in POSTGRES ? '' : ` [${POSTGRES.missing}]`;

describe.skipIf('missing' in POSTGRES)(`nodes over a log of mode xid8 (L7)${title}`, () => {
  test('drop what the other wrote when they hear of it, and reach a token by a poll', async () => {
    const { pool, log } = await database();
    const a = await start({ node: 'a', log });
    const b = await start({ node: 'b', log, poll: { intervalMs: 600_000 } });
    const cache = b.cache<string>('item', TTL);
    await event(b, 'reset');
    await coherent(a, b);
    for (const key of ['k', 'heard']) await cache.getOrLoad(key, () => 'old');
    const token = await a.invalidate('item', { key: 'k' });
    const polls = b.status().counters.polls;
    expect(await b.reached(token)).toBe(true);
    expect(b.status().counters.polls).toBeGreaterThan(polls);
    expect(cache.get('k')).toBeUndefined();
    expect(b.status().scopes[0]).toMatchObject({ appliedThrough: 1, resets: 1 });
    // Gossip alone: what it brings is a hint here.
    const { token: written } = await a.write(pool, async (tx) =>
      tx.invalidate('item', { key: 'heard' }),
    );
    await expect.poll(() => cache.get('heard')).toBeUndefined();
    expect(b.status().scopes[0]).toMatchObject({ appliedThrough: 1 });
    expect(await b.reached(written)).toBe(true);
  });

  test('without a mesh are told by polling, also of what stood open at their start', async () => {
    const { pool, log } = await database();
    const a = await start({ node: 'a', log, mesh: false });
    let begun: (() => void) | undefined;
    const open = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let finish: (() => void) | undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const write = a.write(pool, async (tx, client) => {
      await client.query('SELECT pg_current_xact_id()');
      begun?.();
      await finished;
      tx.invalidate('item', { key: 'k' });
    });
    await open;
    const b = await start({ node: 'b', log, mesh: false, poll: { intervalMs: 20 } });
    const cache = b.cache<string>('item', { ...TTL, consistency: { boundedMs: 1000 } });
    await event(b, 'reset');
    await cache.getOrLoad('k', () => 'old');
    const applied = event(b, 'applied');
    finish?.();
    await write;
    expect(await applied).toMatchObject({ appliedThrough: 1, via: 'log' });
    expect(cache.get('k')).toBeUndefined();
  });

  test('have no strict scopes, whose leases need the counters', async () => {
    const { log } = await database();
    const a = await start({ node: 'a', log, mesh: false });
    expect(() => a.cache('item', { ...TTL, consistency: { strict: { leaseMs: 1000 } } })).toThrow(
      'lease',
    );
  });
});
