import { LIMITS, type Scope } from '@hearsay/spi';
import { InMemoryHub, InMemoryTransport, TcpRelay } from '@hearsay/testkit';
import { openSqliteLog } from '@hearsay/version-log';
import { afterEach, describe, expect, test } from 'vitest';
import {
  BatchTooLargeError,
  ConfigInvalidError,
  type MembershipChange,
  MetadataTooLargeError,
  NameInvalidError,
  NodeClosedError,
  TokenInvalidError,
  TokenNotReachedError,
  WriteContendedError,
} from '../src/index.js';
import { cleanUp, coherent, database, event, put, read, start } from './service.js';

afterEach(cleanUp);

const TTL = { ttlMs: 60_000 };
const position = (scope: string, version: number) =>
  `${scope}:${version}:${'a'.repeat(16)}:${'b'.repeat(32)}`;

describe('two nodes over one database', () => {
  test('find each other by the log’s rows and drop what the other wrote, by gossip', async () => {
    const { path, connect } = database();
    const [db, other] = [connect(), connect()];
    const a = await start({ node: 'a', log: { sqlite: path } });
    const b = await start({ node: 'b', log: { sqlite: path }, poll: { intervalMs: 600_000 } });
    const cache = b.cache<string>('item', TTL);
    await event(b, 'reset');
    await coherent(a, b);
    put(db, 'k', 'old');
    expect(await cache.getOrLoad('k', () => read(other, 'k'))).toBe('old');

    const applied = event(b, 'applied');
    await a.write(db, (tx) => {
      put(db, 'k', 'new');
      tx.invalidate('item', { key: 'k' });
    });
    expect(await applied).toMatchObject({ scope: 'item', appliedThrough: 1, via: 'gossip' });
    expect(cache.get('k')).toBeUndefined();
    expect(await cache.getOrLoad('k', () => read(other, 'k'))).toBe('new');
  });

  test('without a mesh the log alone delivers, by polling', async () => {
    const { path, connect } = database();
    const [db, other] = [connect(), connect()];
    const a = await start({ node: 'a', log: { sqlite: path }, mesh: false });
    const b = await start({
      node: 'b',
      log: { sqlite: path },
      mesh: false,
      poll: { intervalMs: 20 },
    });
    const cache = b.cache<string>('item', TTL);
    await event(b, 'reset');
    put(db, 'k', 'old');
    await cache.getOrLoad('k', () => read(other, 'k'));
    const applied = event(b, 'applied');
    await a.write(db, (tx) => {
      put(db, 'k', 'new');
      tx.invalidate('item', { key: 'k' });
    });
    expect(await applied).toMatchObject({ appliedThrough: 1, via: 'log' });
    expect(cache.get('k')).toBeUndefined();
  });

  test('a crash between commit and gossip is covered by polling', async () => {
    const { path, connect } = database();
    const db = connect();
    const b = await start({ node: 'b', log: { sqlite: path }, poll: { intervalMs: 20 } });
    b.cache<string>('item', TTL);
    await event(b, 'reset');
    // What a process that dies right after COMMIT leaves behind: rows in the log, and silence.
    const log = await openSqliteLog({ path });
    const applied = event(b, 'applied');
    await log.write(db, { node: 'dead' as never, epoch: '00000000000000aa' as never }, (tx) =>
      tx.invalidate('item', { prefix: 'a/b' }),
    );
    await log.close();
    expect(await applied).toMatchObject({ appliedThrough: 1, via: 'log' });
  });

  test('a read that brings a token sees its write on the other node', async () => {
    const { path, connect } = database();
    const [db, other] = [connect(), connect()];
    const a = await start({ node: 'a', log: { sqlite: path }, mesh: false });
    const b = await start({
      node: 'b',
      log: { sqlite: path },
      mesh: false,
      poll: { intervalMs: 600_000 },
    });
    const cache = b.cache<string>('item', TTL);
    await event(b, 'reset');
    for (let i = 0; i < 20; i++) {
      await cache.getOrLoad('k', () => read(other, 'k'));
      const { token } = await a.write(db, (tx) => {
        put(db, 'k', String(i));
        tx.invalidate('item', { key: 'k' });
      });
      expect(await cache.getOrLoad('k', () => read(other, 'k'), { token })).toBe(String(i));
      expect(await b.reached(token)).toBe(true);
    }
  });

  test('a token that never comes fails the read rather than serving what is older', async () => {
    const { path } = database();
    const b = await start({ node: 'b', log: { sqlite: path }, mesh: false });
    const cache = b.cache<string>('item', TTL);
    const token = position('item', 7);
    await expect(cache.getOrLoad('k', () => 'old', { token, waitMs: 50 })).rejects.toThrow(
      TokenNotReachedError,
    );
    expect(await b.reached(token, { timeoutMs: 20 })).toBe(false);
    expect(await b.reached(position('unused', 1), { timeoutMs: 20 })).toBe(false);
    await expect(b.reached('nonsense')).rejects.toThrow(TokenInvalidError);
  });

  test('a bounded read is proven by the log when nothing was heard for longer than its bound', async () => {
    const { path, connect } = database();
    const [db, other] = [connect(), connect()];
    const a = await start({ node: 'a', log: { sqlite: path }, mesh: false });
    const b = await start({
      node: 'b',
      log: { sqlite: path },
      mesh: false,
      poll: { intervalMs: 600_000 },
    });
    const cache = b.cache<string>('item', { ...TTL, consistency: { boundedMs: 0 } });
    await event(b, 'reset');
    for (let i = 0; i < 20; i++) {
      await a.write(db, (tx) => {
        put(db, 'k', String(i));
        tx.invalidate('item', { key: 'k' });
      });
      expect(await cache.getOrLoad('k', () => read(other, 'k'))).toBe(String(i));
    }
  });

  test('invalidate appends to the log, so that it is provable like a write', async () => {
    const { path } = database();
    const a = await start({ node: 'a', log: { sqlite: path }, mesh: false });
    const b = await start({ node: 'b', log: { sqlite: path }, mesh: false });
    const [mine, theirs] = [a.cache<string>('item', TTL), b.cache<string>('item', TTL)];
    await Promise.all([event(a, 'reset'), event(b, 'reset')]);
    await Promise.all([mine.getOrLoad('t/k', () => 'v'), theirs.getOrLoad('t/k', () => 'v')]);
    const token = await a.invalidate('item', { prefix: 't' });
    expect(mine.get('t/k')).toBeUndefined();
    expect(await b.reached(token)).toBe(true);
    expect(theirs.get('t/k')).toBeUndefined();
    const again = await mine.invalidate({ all: true });
    expect(await b.reached(again)).toBe(true);
  });

  test('what could not be appended is sent as a hint all the same, and the caller is told (L2)', async () => {
    const { path, connect } = database();
    const hub = new InMemoryHub();
    const log = { sqlite: { path, writeWaitMs: 20 } };
    const a = await start({ node: 'a', log, transport: new InMemoryTransport(hub) });
    const b = await start({ node: 'b', log, transport: new InMemoryTransport(hub) });
    const cache = b.cache<string>('item', TTL);
    await Promise.all([event(b, 'reset'), coherent(a, b)]);
    await cache.getOrLoad('k', () => 'v');
    const dropped = new Promise((resolve) => cache.on('drop', resolve));
    const other = connect();
    other.exec('BEGIN IMMEDIATE');
    await expect(a.invalidate('item', { key: 'k' })).rejects.toThrow(WriteContendedError);
    other.exec('ROLLBACK');
    await dropped;
    expect(b.status().scopes[0]?.appliedThrough).toBe(0);
  });

  test('a write of more scopes than a token can carry is refused before it is committed', async () => {
    const { path, connect } = database();
    const db = connect();
    const a = await start({ node: 'a', log: { sqlite: path }, mesh: false });
    const write = (scopes: number) =>
      a.write(db, (tx) => {
        for (let i = 0; i < scopes; i++) tx.invalidate(`scope-${i}`, { all: true });
      });
    const { token } = await write(LIMITS.scopesPerWriteMax);
    expect(await a.reached(token, { timeoutMs: 1 })).toBe(false);
    await expect(write(LIMITS.scopesPerWriteMax + 1)).rejects.toThrow(BatchTooLargeError);
    expect(db.isTransaction).toBe(false);
  });

  test('a write that throws leaves nothing: no row, no gossip, no drop', async () => {
    const { path, connect } = database();
    const db = connect();
    const a = await start({ node: 'a', log: { sqlite: path }, mesh: false });
    const cache = a.cache<string>('item', TTL);
    await event(a, 'reset');
    await cache.getOrLoad('k', () => 'kept');
    const failed = a.write(db, (tx) => {
      put(db, 'k', 'lost');
      tx.invalidate('item', { key: 'k' });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(read(db, 'k')).toBeUndefined();
    expect(cache.get('k')).toBe('kept');
    const { token } = await a.write(db, (tx) => tx.invalidate('item', { key: 'k' }));
    expect(token).toMatch(/^item:1:/);
  });
});

describe('a node', () => {
  test('without a log gossips hints, which drop and prove nothing', async () => {
    const hub = new InMemoryHub();
    const a = await start({ node: 'a', transport: new InMemoryTransport(hub) });
    const b = await start({ node: 'b', transport: new InMemoryTransport(hub) });
    const cache = b.cache<string>('item', TTL);
    await coherent(a, b);
    await cache.getOrLoad('k', () => 'v');
    const dropped = new Promise((resolve) => cache.on('drop', resolve));
    expect(await a.invalidate('item', { key: 'k' })).toBe('');
    await dropped;
    expect(cache.get('k')).toBeUndefined();
    expect(b.status().scopes[0]?.freshForMs ?? Infinity).toBe(Infinity);
  });

  test('declares a scope’s first read as a counted reset, and reports what it knows', async () => {
    const { path, connect } = database();
    const db = connect();
    const a = await start({ node: 'a', log: { sqlite: path }, mesh: false });
    a.cache('item', TTL);
    expect(await event(a, 'reset')).toEqual({ scope: 'item', reason: 'first-use' });
    await a.write(db, (tx) => tx.invalidate('item', { key: 'k' }));
    const { scopes, counters, coherence, logReachable } = a.status();
    expect(scopes).toMatchObject([{ scope: 'item', appliedThrough: 1, resets: 1 }]);
    expect(counters).toMatchObject({ appliedLocally: 1, resets: 1 });
    expect({ coherence, logReachable }).toEqual({ coherence: 'alone', logReachable: true });
  });

  test('knows its members, and what each says of itself, live', async () => {
    const a = await start({ node: 'a', mesh: { metadata: { zone: 'north' } } });
    const b = await start({ node: 'b', mesh: { peers: a.status().listening } });
    await coherent(a, b);
    const of = (node: string) => b.members().find(({ origin }) => origin.node === node);
    expect(b.members().map(({ origin, state }) => [origin.node, state])).toEqual([
      ['a', 'alive'],
      ['b', 'alive'],
    ]);
    const changed = event(
      b,
      'member',
      ({ member }: MembershipChange) => member.metadata['zone'] === 'south',
    );
    a.updateMetadata({ zone: 'south' });
    expect(a.localMember()?.metadata).toEqual({ zone: 'south' });
    await changed;
    expect(of('a')?.metadata).toEqual({ zone: 'south' });
    expect(() => a.updateMetadata({ zone: 'x'.repeat(257) })).toThrow(MetadataTooLargeError);
    const left = event(b, 'member', ({ member }: MembershipChange) => member.state === 'left');
    await a.close();
    await left;
    expect(a.members()).toEqual([]);
    expect(of('a')?.state).toBe('left');
  });

  test('changes its cluster keys while it runs', async () => {
    const [first, second] = ['a1'.repeat(32), 'b2'.repeat(32)];
    const a = await start({ node: 'a', mesh: { clusterKey: first } });
    a.keyring?.add(second);
    const b = await start({
      node: 'b',
      mesh: { clusterKey: second, peers: a.status().listening },
    });
    await coherent(a, b);
    expect(b.members()).toHaveLength(2);
    const other = await start({ node: 'c', transport: new InMemoryTransport(new InMemoryHub()) });
    expect(other.keyring).toBeUndefined();
  });

  test('polls faster when a member is lost without a leave, though it is not isolated (M2)', async () => {
    const { path } = database();
    const poll = { intervalMs: 3_600_000, isolatedIntervalMs: 20 };
    const mesh = { announce: false, discoverByLog: false } as const;
    const a = await start({ node: 'a', log: { sqlite: path }, mesh, poll });
    const relay = await TcpRelay.listen();
    relay.setTarget(Number(a.status().listening[0]?.split(':')[1]));
    const b = await start({ node: 'b', mesh: { ...mesh, peers: a.status().listening } });
    const c = await start({ node: 'c', mesh: { ...mesh, peers: [relay.address] } });
    await coherent(a, b, c);
    const before = a.status().counters.polls;
    relay.cut();
    await event(a, 'member', ({ member }: MembershipChange) => member.state === 'suspect');
    while (a.status().counters.polls < before + 5) await new Promise(setImmediate);
    expect(a.status().coherence).not.toBe('isolated');
    await relay.close();
  });

  test('survives a listener that throws', async () => {
    const { path, connect } = database();
    const db = connect();
    const errors: string[] = [];
    const quiet = () => undefined;
    const a = await start({
      node: 'a',
      log: { sqlite: path },
      mesh: false,
      logger: { debug: quiet, info: quiet, warn: quiet, error: (_, text) => errors.push(text) },
    });
    a.cache('item', TTL);
    await event(a, 'reset');
    a.on('applied', () => {
      throw new Error('mine');
    });
    await a.write(db, (tx) => tx.invalidate('item', { key: 'k' }));
    expect(errors).toEqual(['a listener threw']);
    expect(a.status().scopes[0]?.appliedThrough).toBe(1);
  });

  test('refuses everything after close, which may be called again', async () => {
    const { path, connect } = database();
    const db = connect();
    const a = await start({ node: 'a', log: { sqlite: path } });
    const cache = a.cache<string>('item', TTL);
    await Promise.all([a.close(), a.close()]);
    expect(() => a.cache('item', TTL)).toThrow(NodeClosedError);
    await expect(a.write(db, () => 1)).rejects.toThrow(NodeClosedError);
    await expect(a.invalidate('item', { all: true })).rejects.toThrow(NodeClosedError);
    await expect(cache.getOrLoad('k', () => 'v')).rejects.toThrow();
    await a[Symbol.asyncDispose]();
  });

  test('leaves a log that was handed in open', async () => {
    const { path, connect } = database();
    const log = await openSqliteLog({ path });
    const a = await start({ node: 'a', log, mesh: false });
    await a.close();
    const db = connect();
    const origin = { node: 'x' as never, epoch: '00000000000000bb' as never };
    await log.write(db, origin, (tx) => tx.invalidate('item', { all: true }));
    const answer = await log.poll({
      positions: new Map([['item' as Scope, undefined]]),
      rowsMax: 1,
    });
    expect(answer.readings[0]?.head.version).toBe(1);
    await log.close();
  });
});

describe('bad input is refused before anything is opened', () => {
  test.each([
    [{ node: '' }, NameInvalidError, /node name "" is not valid/],
    [{ node: 'a', mash: {} }, ConfigInvalidError, /option "mash" is unknown/],
    [{ node: 'a', mesh: false }, ConfigInvalidError, /hears nothing/],
    [{ node: 'a', mesh: { listen: 'x' } }, ConfigInvalidError, /mesh\.listen "x"/],
    [{ node: 'a', mesh: {}, transport: {} }, ConfigInvalidError, /exclude each other/],
    [{ node: 'a', mesh: false, log: { sqlite: ':memory:' } }, ConfigInvalidError, /:memory:/],
    [{ node: 'a', poll: { intervalMs: 0 }, mesh: {} }, ConfigInvalidError, /intervalMs 0/],
    [
      { node: 'a', poll: { interval: 1 } },
      ConfigInvalidError,
      /"poll\.interval" is unknown: use int/,
    ],
    [
      { node: 'a', mesh: { liste: 'x' } },
      ConfigInvalidError,
      /"mesh\.liste" is unknown: use listen/,
    ],
    [{ node: 'a', admin: { port: 1 } }, ConfigInvalidError, /"admin\.port" is unknown: use listen/],
    [{ node: 'a', log: 'a.db' }, ConfigInvalidError, /option log must be \{ sqlite: 'path' \}/],
    [{ node: 'a', log: { sqlite: 'a', postgres: 'b' } }, ConfigInvalidError, /give one of them/],
    [
      { node: 'a', log: { sqlite: { file: 'a' } } },
      ConfigInvalidError,
      /"sqlite\.file" is unknown/,
    ],
    [
      { node: 'a', log: { postgres: { url: 'a' } } },
      ConfigInvalidError,
      /"postgres\.url" is unknown/,
    ],
    [{ node: 'a', log: { mysql: { url: 'a' } } }, ConfigInvalidError, /"mysql\.url" is unknown/],
  ])('%j', async (options, error, message) => {
    await expect(start(options as never)).rejects.toThrow(error);
    await expect(start(options as never)).rejects.toThrow(message);
  });

  test('a write over something else than a connection says what it needs', async () => {
    const a = await start({ node: 'a', mesh: {}, log: { sqlite: database().path } });
    const needs = /write needs a connection of node:sqlite or better-sqlite3, or the adapter/;
    for (const db of [{}, undefined, () => undefined])
      await expect(a.write(db as never, () => 1)).rejects.toThrow(needs);
  });

  test('a cache with bounded consistency needs a log', async () => {
    const a = await start({ node: 'a', mesh: {} });
    const options = { ...TTL, consistency: { boundedMs: 100 } };
    expect(() => a.cache('item', options)).toThrow(/scope item: bounded consistency needs the log/);
    await expect(a.write(database().connect(), () => 1)).rejects.toThrow(ConfigInvalidError);
  });
});
