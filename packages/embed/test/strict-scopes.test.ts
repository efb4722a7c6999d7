import { InMemoryHub, InMemoryTransport } from '@hearsay/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigInvalidError, type NodeCacheOptions, StrictRefusedError } from '../src/index.js';
import { cleanUp, database, event, put, start } from './service.js';
import { ReachableLog, strictNode, untilRight } from './strict-service.js';

const cleanups: (() => Promise<void>)[] = [];
const cleanup = (what: () => Promise<void>) => cleanups.push(what);

afterEach(async () => {
  await cleanUp();
  for (const each of cleanups.splice(0)) await each();
});

async function one(leaseMs = 250) {
  const { path, connect } = database();
  const db = connect();
  const node = await strictNode('a', {
    path,
    db,
    cleanup,
    leaseMs,
  });
  put(db, 'k', 'one');
  return { path, db, node };
}

describe('a strict scope', () => {
  test('is served from memory under a lease, without polls (S1)', async () => {
    const { node } = await one(60_000);
    await untilRight(node);
    await node.read('k');
    const { polls } = node.hearsay.status().counters;
    for (let i = 0; i < 100; i++) expect(node.cache.get('k')).toBe('one');
    expect(node.hearsay.status().counters.polls).toBe(polls);
    expect(node.hearsay.status().strictScopes).toMatchObject([{ scope: 'item', leaseMs: 60_000 }]);
    const { rows, leaseMsMax } = await node.log.leases.readLeases();
    expect(rows).toMatchObject([{ holder: { node: 'a' }, leaseMs: 60_000 }]);
    expect(leaseMsMax).toBe(60_000);
  });

  test('renews its lease for as long as it is open', async () => {
    const { node } = await one();
    await untilRight(node);
    const seqOf = async () => (await node.log.leases.readLeases()).rows[0]?.leaseSeq ?? 0;
    const first = await seqOf();
    while ((await seqOf()) < first + 2);
    expect(node.hearsay.status().counters.leases).toBeGreaterThanOrEqual(first + 2);
  });

  test('refuses when its right has run out and the log is out of reach, and serves again after', async () => {
    const { node } = await one();
    await untilRight(node);
    await node.read('k');
    node.log.isDark = true;
    node.clock.advance(1000);
    expect(node.cache.get('k')).toBeUndefined();
    await expect(node.read('k')).rejects.toThrow(StrictRefusedError);
    node.log.isDark = false;
    expect(await node.read('k')).toBe('one');
  });

  test('is refused while an eventual scope of the same node goes on', async () => {
    const { node } = await one();
    const begun = event(node.hearsay, 'reset');
    const eventual = node.hearsay.cache<string>('other', { ttlMs: 60_000 });
    await begun;
    await eventual.getOrLoad('k', () => 'value');
    node.log.isDark = true;
    node.clock.advance(1000);
    await expect(node.read('k')).rejects.toThrow(StrictRefusedError);
    expect(await eventual.getOrLoad('k', () => 'not loaded')).toBe('value');
  });

  test('loses its right when wall and monotonic time part, at the very next read (F3)', async () => {
    const { node } = await one(60_000);
    await untilRight(node);
    await node.read('k');
    expect(node.cache.get('k')).toBe('one');
    node.clock.jumpWall(3_600_000);
    expect(node.cache.get('k')).toBeUndefined();
    expect(await node.read('k')).toBe('one');
  });

  test('with leaseMs 0 polls on every read and never registers (F3)', async () => {
    const { node } = await one(0);
    await node.read('k');
    expect(node.cache.get('k')).toBeUndefined();
    const { polls } = node.hearsay.status().counters;
    for (let i = 0; i < 3; i++) expect(await node.read('k')).toBe('one');
    expect(node.hearsay.status().counters.polls).toBeGreaterThanOrEqual(polls + 3);
    expect(node.cache.stats().loads).toBe(2);
    expect((await node.log.leases.readLeases()).rows).toEqual([]);
  });

  test('of a node that is closed leaves no row behind (S5)', async () => {
    const { path, node } = await one();
    await untilRight(node);
    const log = await ReachableLog.open(path);
    cleanup(() => log.close());
    expect((await log.leases.readLeases()).rows).toHaveLength(1);
    await node.hearsay.close();
    expect((await log.leases.readLeases()).rows).toEqual([]);
  });

  test('needs a log, and for a lease one with a lease table; bad options are named', async () => {
    const { path } = database();
    const reachable = await ReachableLog.open(path);
    cleanup(() => reachable.close());
    const { leases: _, ...log } = reachable.log;
    const unleased = await start({ node: 'y', log, mesh: false });
    const unlogged = await start({
      node: 'x',
      transport: new InMemoryTransport(new InMemoryHub()),
    });
    const strict = (leaseMs: unknown): NodeCacheOptions =>
      ({ ttlMs: 1000, consistency: { strict: { leaseMs } } }) as NodeCacheOptions;
    expect(() => unlogged.cache('item', strict(1000))).toThrow('scope item: strict consistency');
    expect(() => unleased.cache('item', strict(1000))).toThrow('lease table');
    for (const leaseMs of [-1, 100, 60_001, 1.5, '1000', undefined])
      expect(() => unleased.cache('item', strict(leaseMs))).toThrow(ConfigInvalidError);
    expect(() => unlogged.cache('item', { ...strict(0), consistency: 'strict' as never })).toThrow(
      ' consistency ',
    );
    expect(unleased.cache('item', strict(0)).scope).toBe('item');
  });
});

describe('readiness (H)', () => {
  test('waits for the first right, and degrades before a strict scope refuses', async () => {
    const { node } = await one(60_000);
    await untilRight(node);
    const consistency = { strict: { leaseMs: 60_000 } };
    const other = node.hearsay.cache<string>('other', { ttlMs: 60_000, consistency });
    expect(node.hearsay.status().unready).toMatchObject([{ scope: 'other', kind: 'unread' }]);
    while (!node.hearsay.status().ready) await other.getOrLoad('warm', () => 'value');
    expect(node.hearsay.status()).toMatchObject({ ready: true, unready: [] });
    node.log.isDark = true;
    node.clock.advance(40_000);
    expect(node.hearsay.status()).toMatchObject({
      ready: false,
      unready: [
        { scope: 'item', kind: 'right-expiring' },
        { scope: 'other', kind: 'right-expiring' },
      ],
    });
  });

  test('of a bounded scope degrades before its bound is used up, and not for isolation (M2)', async () => {
    const { path, connect } = database();
    const hub = new InMemoryHub();
    const db = connect();
    const node = await strictNode('a', { path, db, hub, cleanup, leaseMs: 0 });
    const other = await start({ node: 'b', transport: new InMemoryTransport(hub) });
    const begun = event(node.hearsay, 'reset');
    const bounded = node.hearsay.cache<string>('bounded', {
      ttlMs: 1_000_000,
      consistency: { boundedMs: 100_000 },
    });
    await begun;
    await bounded.getOrLoad('k', () => 'value');
    hub.cutOff('a');
    expect(node.hearsay.status().coherence).toBe('isolated');
    expect(node.hearsay.status().ready).toBe(true);
    await other.close();
    node.log.isDark = true;
    while (node.hearsay.status().logReachable) await node.read('k').catch(() => undefined);
    node.clock.advance(80_000);
    const { unready } = node.hearsay.status();
    expect(unready).toMatchObject([{ scope: 'item' }, { scope: 'bounded', kind: 'proof-old' }]);
    expect(bounded.get('k')).toBe('value');
  });

  test('is there for a node without promises', async () => {
    const node = await start({ node: 'a', transport: new InMemoryTransport(new InMemoryHub()) });
    node.cache('item', { ttlMs: 1000 });
    expect(node.status()).toMatchObject({ ready: true, unready: [], strictScopes: [] });
  });
});
