import type { DatabaseSync } from 'node:sqlite';
import { InMemoryHub } from '@hearsay/testkit';
import type { SqlTransaction } from '@hearsay/version-log';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ConfigInvalidError,
  NodeClosedError,
  RevocationEmptyError,
  StrictRefusedError,
} from '../src/index.js';
import { cleanUp, database, put, read, start } from './service.js';
import { ReachableLog, type StrictNode, strictNode, untilRight } from './strict-service.js';

/** The shortest lease: where a right is to run out. */
const SHORT_MS = 250;

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  await cleanUp();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function cluster(options: { readonly leaseMs?: number } = {}) {
  const { path, connect } = database();
  const db = connect();
  const hub = new InMemoryHub();
  const cleanup = (what: () => Promise<void>) => cleanups.push(what);
  const nodes: StrictNode[] = [];
  for (const name of ['a', 'b'])
    nodes.push(await strictNode(name, { path, db, hub, cleanup, ...options }));
  const [a, b] = nodes as [StrictNode, StrictNode];
  return { path, db, hub, a, b };
}

/** Two holders that have a right and one cached item. */
async function holding(leaseMs?: number) {
  const all = await cluster(leaseMs === undefined ? {} : { leaseMs });
  put(all.db, 'k', 'old');
  await untilRight(all.a);
  await untilRight(all.b);
  expect([await all.a.read('k'), await all.b.read('k')]).toEqual(['old', 'old']);
  return all;
}

function isolate({ hub, b }: { hub: InMemoryHub; b: StrictNode }): void {
  hub.cutOff('b');
  b.log.isDark = true;
}

const invalidateItem = (db: DatabaseSync) => (tx: { invalidate(s: string, t: object): void }) => {
  put(db, 'k', 'new');
  tx.invalidate('item', { key: 'k' });
  return 'written';
};

describe('revoke', () => {
  test('returns when every holder has acknowledged, and nobody yields the old value (C, S2)', async () => {
    const { db, a, b } = await holding();
    expect(b.cache.get('k')).toBe('old');
    put(db, 'k', 'new');
    const result = await a.hearsay.revoke('item', { key: 'k' });
    expect(result).toMatchObject({ waitedOut: [], vouched: true });
    expect(result.acknowledged.map(({ node }) => node)).toEqual(['b']);
    expect([a.cache.get('k'), b.cache.get('k')]).toEqual([undefined, undefined]);
    expect([await a.read('k'), await b.read('k')]).toEqual(['new', 'new']);
    expect(await b.hearsay.reached(result.token)).toBe(true);
  });

  test('holds for a load under way too: its value is not kept, later readers load anew (S3, F4)', async () => {
    const { db, a, b } = await holding();
    const { promise, resolve } = Promise.withResolvers<string>();
    const early = b.cache.getOrLoad('slow', () => promise);
    put(db, 'slow', 'new');
    await a.hearsay.revoke('item', { all: true });
    const late = b.cache.getOrLoad('slow', () => read(db, 'slow'));
    resolve('old');
    expect([await early, await late]).toEqual(['new', 'new']);
    expect(await b.read('slow')).toBe('new');
  });

  test('waits for a holder that is cut off until its right has run out; the holder refuses (S2)', async () => {
    const { db, hub, a, b } = await holding(SHORT_MS);
    isolate({ hub, b });
    put(db, 'k', 'new');
    const result = await a.hearsay.revoke('item', { key: 'k' });
    expect(result.waitedOut.map(({ node }) => node)).toEqual(['b']);
    expect(b.cache.get('k')).toBeUndefined();
    await expect(b.read('k')).rejects.toThrow(StrictRefusedError);
    expect(await a.read('k')).toBe('new');
    expect(a.hearsay.status().counters).toMatchObject({ revocations: 1, revocationsWaitedOut: 1 });
  });

  test('takes the row of whom it waited out away, so that the next one need not wait (S2)', async () => {
    const { hub, a, b } = await holding(SHORT_MS);
    isolate({ hub, b });
    await a.hearsay.revoke('item', { key: 'k' });
    const holders = async () => {
      const { rows } = await a.log.leases.readLeases();
      return rows.map(({ holder }) => holder.node);
    };
    while ((await holders()).includes('b' as never));
    expect(await holders()).toEqual(['a']);
    const again = await a.hearsay.revoke('item', { key: 'k' });
    expect(again).toMatchObject({ acknowledged: [], waitedOut: [], vouched: true });
  });

  test('always appends, also what was revoked a moment ago (S2)', async () => {
    const { a, b } = await holding();
    const [first, second] = await Promise.all([
      a.hearsay.revoke('item', { key: 'k' }),
      b.hearsay.revoke('item', { key: 'k' }),
    ]);
    expect(first.token).not.toBe(second.token);
    const item = a.hearsay.status().scopes.find(({ scope }) => scope === 'item');
    expect(item?.appliedThrough).toBe(2);
  });

  test('needs nobody to ask: a node alone returns at once, by its own drop', async () => {
    const { db, a, b } = await cluster();
    await b.hearsay.close();
    put(db, 'k', 'old');
    await untilRight(a);
    await a.read('k');
    const result = await a.hearsay.revoke('item', { key: 'k' });
    expect(result).toMatchObject({ acknowledged: [], waitedOut: [], vouched: true });
    expect(a.cache.get('k')).toBeUndefined();
  });

  test('of a node that is closed meanwhile is refused, and committed all the same', async () => {
    const { hub, a, b } = await holding();
    isolate({ hub, b });
    const revoked = a.hearsay.revoke('item', { key: 'k' });
    const refused = expect(revoked).rejects.toThrow(NodeClosedError);
    while (a.hearsay.status().counters.revocations === 0) await a.log.leases.readLeases();
    await a.hearsay.close();
    await refused;
    await expect(a.hearsay.revoke('item', { key: 'k' })).rejects.toThrow(NodeClosedError);
  });

  test('without a log, or with one that has no lease table, is refused before anything is sent', async () => {
    const hub = new InMemoryHub();
    const { InMemoryTransport } = await import('@hearsay/testkit');
    const unlogged = await start({ node: 'x', transport: new InMemoryTransport(hub) });
    await expect(unlogged.revoke('item', { key: 'k' })).rejects.toThrow(ConfigInvalidError);
    const { path } = database();
    const reachable = await ReachableLog.open(path);
    cleanups.push(() => reachable.close());
    const { leases: _, ...log } = reachable.log;
    const node = await start({ node: 'y', log, mesh: false });
    await expect(node.revoke('item', { key: 'k' })).rejects.toThrow('lease table');
  });
});

describe('writeAndRevoke', () => {
  test('commits the write, and returns when nobody serves what it changed (C)', async () => {
    const { db, a, b } = await holding();
    const result = await a.hearsay.writeAndRevoke(db, invalidateItem(db));
    expect(result).toMatchObject({ value: 'written', waitedOut: [], vouched: true });
    expect(b.cache.get('k')).toBeUndefined();
    expect(await b.read('k')).toBe('new');
  });

  test('that names nothing is rolled back: what was revoked before may still be served', async () => {
    const { db, a } = await cluster();
    const write = a.hearsay.writeAndRevoke(db, () => put(db, 'k', 'unnamed'));
    await expect(write).rejects.toThrow(RevocationEmptyError);
    expect(read(db, 'k')).toBeUndefined();
  });

  test('whose callback throws writes and revokes nothing', async () => {
    const { db, a } = await cluster();
    const write = a.hearsay.writeAndRevoke(db, (tx) => {
      tx.invalidate('item', { key: 'k' });
      throw new Error('the service has changed its mind');
    });
    await expect(write).rejects.toThrow('changed its mind');
    expect(a.hearsay.status().counters.revocations).toBe(0);
  });
});

describe('appendAndRevoke', () => {
  const transactionOn = (db: DatabaseSync): SqlTransaction => ({
    dialect: 'sqlite',
    query: async (sql, params) => db.prepare(sql).all(...params) as never,
  });

  test('waits for the caller to commit, then until nobody serves it (C)', async () => {
    const { db, a, b } = await holding();
    db.exec('BEGIN IMMEDIATE');
    put(db, 'k', 'new');
    const named = [['item', { key: 'k' }]] as const;
    const pending = await a.hearsay.appendAndRevoke(transactionOn(db), named);
    expect(b.cache.get('k')).toBe('old');
    db.exec('COMMIT');
    expect(await pending.committed()).toMatchObject({ waitedOut: [], vouched: true });
    expect(b.cache.get('k')).toBeUndefined();
  });

  test('of nothing is refused', async () => {
    const { db, a } = await cluster();
    await expect(a.hearsay.appendAndRevoke(transactionOn(db), [])).rejects.toThrow(
      RevocationEmptyError,
    );
  });
});
