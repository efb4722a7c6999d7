import { describe, expect, it } from 'vitest';
import { CacheClosedError, type CacheEvents } from '../src/index.js';
import { boundedOf, cacheOf, FakeFreshness, HeldLoader, idle, key, tag } from './fakes.js';

const token = `table:7:${'a'.repeat(16)}:${'b'.repeat(32)}`;
const bypass = { token, onBehind: 'bypass' } as const;

/** Values are the versions that loaders read; which of two is read later is up to the test. */
function setUp(options: Parameters<typeof cacheOf>[0] = {}) {
  const loader = new HeldLoader<number>();
  const made = cacheOf<number>({ freshness: new FakeFreshness(), ...options });
  const read = (more: object = {}) => made.cache.getOrLoad('a', loader.load, more);
  return { ...made, loader, read };
}

/** A load that an invalidation has detached, and the one that superseded it. */
function superseded(options: Parameters<typeof setUp>[0] = {}) {
  const made = setUp(options);
  const early = made.read();
  made.cache.apply([key('a')]);
  return { ...made, early, late: made.read() };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  await idle();
  return (await Promise.race([promise, Promise.resolve(open)])) === open;
}

describe('a superseded load that has read later than its successor (G)', () => {
  it('answers with what its successor has kept', async () => {
    const { cache, loader, early, late } = superseded();
    loader.call(0).answer(2);
    await idle();
    loader.call(1).answer(1);
    expect([await early, await late, cache.get('a')]).toEqual([1, 1, 1]);
  });

  it('and so does one that ends after its successor', async () => {
    const { cache, loader, early, late } = superseded();
    loader.call(1).answer(1);
    expect(await late).toBe(1);
    loader.call(0).answer(2);
    expect([await early, cache.get('a')]).toEqual([1, 1]);
  });

  it('answers with its own value when the successor fails, and nothing older stays', async () => {
    const { cache, clock, freshness } = boundedOf(20);
    const loader = new HeldLoader<string>();
    const read = () => cache.getOrLoad('a', loader.load);
    cache.set('a', 'v1', { ticket: cache.ticket() });
    const reads: Promise<unknown>[] = [];
    for (let at = 0; at < 2; at += 1) {
      clock.nowMs += 30;
      reads.push(read().catch(String));
      await idle();
    }
    loader.call(0).answer('v2');
    expect(await isPending(reads[0] as Promise<unknown>)).toBe(true);
    loader.call(1).fail(new Error('source down'));
    expect(await reads[0]).toBe('v2');
    freshness.provenMs = clock.nowMs;
    expect(cache.get('a')).toBeUndefined();
  });

  it('does not wait for a successor that nobody waits for', async () => {
    const { cache, loader, early, read } = superseded();
    const controller = new AbortController();
    cache.apply([key('a')]);
    const last = read({ signal: controller.signal });
    loader.call(0).answer(2);
    expect(await isPending(early)).toBe(true);
    controller.abort(new Error('enough'));
    await expect(last).rejects.toThrow('enough');
    expect(await early).toBe(2);
  });

  it('waits for one successor, not for that one`s', async () => {
    const { cache, loader, early, late, read } = superseded();
    loader.call(0).answer(2);
    await idle();
    cache.apply([key('a')]);
    const last = read();
    loader.call(1).answer(3);
    expect(await early).toBe(2);
    expect(await isPending(late)).toBe(true);
    loader.call(2).answer(3);
    expect([await late, await last, cache.get('a')]).toEqual([3, 3, 3]);
  });

  it('was superseded since the log did not prove it fresh enough', async () => {
    const { cache, clock } = boundedOf(20);
    const loader = new HeldLoader<string>();
    const early = cache.getOrLoad('a', loader.load);
    clock.nowMs += 21;
    const late = cache.getOrLoad('a', loader.load);
    loader.call(0).answer('v2');
    loader.call(1).answer('v1');
    expect([await early, await late, cache.get('a')]).toEqual(['v1', 'v1', 'v1']);
  });

  it('does not answer with what its successor has kept for longer than its time (F2)', async () => {
    const { cache, clock, loader, early, late } = superseded({ negativeTtlMs: 10 });
    loader.call(1).answer(undefined);
    expect(await late).toBeUndefined();
    clock.nowMs += 10;
    loader.call(0).answer(1);
    expect(await early).toBe(1);
    expect(cache.stats()).toMatchObject({ entries: 0, expired: 1 });
  });

  it('is told as not kept', async () => {
    const { cache, clock } = boundedOf(20);
    const told: CacheEvents['void'][] = [];
    cache.on('void', (event) => told.push(event));
    const loader = new HeldLoader<string>();
    const early = cache.getOrLoad('a', loader.load);
    clock.nowMs += 21;
    const late = cache.getOrLoad('a', loader.load);
    for (const at of [0, 1]) loader.call(at).answer('v');
    await Promise.all([early, late]);
    expect(told).toEqual([{ key: 'a' }]);
    expect(cache.stats()).toMatchObject({ fillsKept: 1, fillsLate: 1, fillsVoided: 0 });
  });
});

describe('a reader that waits for a successor', () => {
  it('leaves by its own signal, and nothing of it is left', async () => {
    const { cache, loader, read } = setUp();
    const controller = new AbortController();
    const early = read({ signal: controller.signal });
    cache.apply([key('a')]);
    const late = read();
    loader.call(0).answer(2);
    expect(await isPending(early)).toBe(true);
    controller.abort(new Error('enough'));
    await expect(early).rejects.toThrow('enough');
    expect(loader.call(0).signal.aborted).toBe(false);
    loader.call(1).answer(1);
    expect([await late, cache.get('a')]).toEqual([1, 1]);
    expect(cache.stats()).toMatchObject({ loadsInFlight: 0, loadErrors: 0 });
  });

  it('is answered when the successor runs out of time, and has no time limit itself', async () => {
    const { loader, early, late } = superseded({ loadTimeoutMs: 20 });
    loader.call(0).answer(2);
    await expect(late).rejects.toThrow('within 20 ms');
    expect(await early).toBe(2);
    expect(loader.call(0).signal.aborted).toBe(false);
  });

  it('is told of a close', async () => {
    const { cache, loader, early, late } = superseded();
    loader.call(0).answer(2);
    await idle();
    cache.close();
    for (const read of [early, late]) await expect(read).rejects.toThrow(CacheClosedError);
    expect(cache.stats()).toMatchObject({ loadErrors: 1, entries: 0 });
  });

  it('of a batch waits with the keys that were superseded, others do not', async () => {
    const { cache, loader, read } = setUp();
    const answer = Promise.withResolvers<Map<string, number>>();
    const batch = cache.getOrLoadMany(['a', 'b'], () => answer.promise);
    await idle();
    const beside = cache.getOrLoad('b', loader.load);
    cache.apply([key('a')]);
    const late = read();
    answer.resolve(
      new Map([
        ['a', 2],
        ['b', 2],
      ]),
    );
    expect(await beside).toBe(2);
    expect(await isPending(batch)).toBe(true);
    loader.call(0).answer(1);
    expect([await late, [...(await batch).values()]]).toEqual([1, [1, 2]]);
  });
});

describe('a load around the cache and one that readers share (G)', () => {
  it('the shared one, older, answers with what the other kept', async () => {
    const { cache, loader, read } = setUp();
    const shared = read();
    const own = read(bypass);
    await idle();
    loader.call(0).answer(2);
    expect(await isPending(shared)).toBe(true);
    loader.call(1).answer(1);
    expect([await own, await shared, cache.get('a')]).toEqual([1, 1, 1]);
  });

  it('the one around the cache, older, answers with what the shared one kept', async () => {
    const { cache, loader, read } = setUp();
    const own = read(bypass);
    await idle();
    const shared = [read(), read()];
    expect(loader.calls).toHaveLength(2);
    loader.call(0).answer(2);
    expect(await isPending(own)).toBe(true);
    loader.call(1).answer(1);
    expect([await own, ...(await Promise.all(shared)), cache.get('a')]).toEqual([1, 1, 1, 1]);
  });
});

describe('a fill by ticket and a load under way (G)', () => {
  it('of a younger ticket is what the load answers with', async () => {
    const { cache, loader, read } = setUp();
    const early = read();
    cache.set('a', 1, { ticket: cache.ticket() });
    loader.call(0).answer(2);
    expect([await early, cache.get('a')]).toEqual([1, 1]);
  });

  it('of an older ticket goes when the load answers, and neither is kept', async () => {
    const { cache, loader, read } = setUp();
    const ticket = cache.ticket();
    const early = read();
    cache.set('a', 1, { ticket });
    loader.call(0).answer(2);
    expect([await early, cache.get('a')]).toEqual([2, undefined]);
    expect(cache.stats()).toMatchObject({ replaced: 1, fillsLate: 1, entries: 0 });
  });

  it('forbids to join the load, and to keep its value, though it was evicted meanwhile', async () => {
    const { cache, loader, read } = setUp({ entriesMax: 1 });
    const early = read();
    cache.set('a', 2, { ticket: cache.ticket() });
    expect(cache.get('a')).toBe(2);
    cache.set('b', 1, { ticket: cache.ticket() });
    const late = read();
    expect(loader.calls).toHaveLength(2);
    loader.call(1).answer(2);
    loader.call(0).answer(1);
    expect([await late, await early, cache.get('a')]).toEqual([2, 2, 2]);
  });

  it('alone under way, its value is not kept after an eviction either', async () => {
    const { cache, loader, read } = setUp({ entriesMax: 1 });
    const early = read();
    cache.set('a', 2, { ticket: cache.ticket() });
    cache.set('b', 1, { ticket: cache.ticket() });
    loader.call(0).answer(1);
    expect([await early, cache.get('a')]).toEqual([1, undefined]);
  });
});

describe('a fill by a ticket from before a value that was served (G)', () => {
  type Made = ReturnType<typeof setUp>;
  const cases: [string, (made: Made) => unknown][] = [
    ['stored and held', () => {}],
    ['stored and evicted', ({ cache }) => cache.set('b', 1, { ticket: cache.ticket() })],
    ['stored and dropped by a tag of its own', ({ cache }) => cache.apply([tag('t')])],
  ];

  it.each(cases)('is refused: %s', async (_what, lose) => {
    const made = setUp({ entriesMax: 1 });
    const { cache } = made;
    const before = cache.ticket();
    cache.set('a', 2, { ticket: cache.ticket(), tags: ['t'] });
    expect(cache.get('a')).toBe(2);
    lose(made);
    expect(cache.set('a', 1, { ticket: before })).toBe(false);
  });

  it('is refused: stored, known to be absent, and expired', () => {
    const { cache, clock } = setUp({ ttlMs: 100, negativeTtlMs: 10 });
    const before = cache.ticket();
    cache.set('a', undefined, { ticket: cache.ticket() });
    clock.nowMs += 10;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.stats()).toMatchObject({ expired: 1, hits: 0 });
    expect(cache.set('a', 1, { ticket: before })).toBe(false);
  });

  it('is refused: answered and never stored', async () => {
    const { cache, loader, read } = setUp();
    const early = read({ tags: ['t'] });
    const before = cache.ticket();
    cache.apply([tag('t')]);
    loader.call(0).answer(2);
    expect(await early).toBe(2);
    expect(cache.set('a', 1, { ticket: before })).toBe(false);
    expect(cache.set('a', 2, { ticket: cache.ticket() })).toBe(true);
  });
});

describe('a refresh that an invalidation overtook by a tag of the new value', () => {
  const setUpRefresh = async () => {
    const { cache, clock, freshness } = boundedOf(20, { refreshAfterMs: 10 });
    const loader = new HeldLoader<string>();
    const read = () => cache.getOrLoad('a', loader.load, { tags: ['new'] });
    cache.set('a', 'v1', { ticket: cache.ticket(), tags: ['old'] });
    clock.nowMs += 15;
    expect(await read()).toBe('v1');
    return { cache, clock, freshness, loader, read };
  };

  it('leaves the entry alone that it was to take the place of', async () => {
    const { cache, loader } = await setUpRefresh();
    cache.apply([tag('new')]);
    loader.call(0).answer('v2');
    await idle();
    expect(cache.get('a')).toBe('v1');
  });

  it('takes it along where a reader got the value (G)', async () => {
    const { cache, clock, freshness, loader, read } = await setUpRefresh();
    clock.nowMs += 6;
    const joined = read();
    await idle();
    expect(loader.calls).toHaveLength(1);
    cache.apply([tag('new')]);
    loader.call(0).answer('v2');
    expect(await joined).toBe('v2');
    freshness.provenMs = clock.nowMs;
    expect(cache.get('a')).toBeUndefined();
  });
});

it('loads that overlap without an invalidation end with a kept entry, whoever ends last', async () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const { cache, loader, read } = setUp();
    const reads = [read(bypass)];
    await idle();
    reads.push(read(), read(bypass));
    await idle();
    for (const at of order) loader.call(at).answer(at);
    expect(await Promise.all(reads)).toContain(cache.get('a'));
    expect(cache.get('a')).toBe(2);
  }
});

describe('what is remembered of values that are gone', () => {
  it('is nothing where no ticket is out: many absent keys do not void a slow load of another', async () => {
    const { cache } = cacheOf({ ticketRingMax: 2 });
    const slow = new HeldLoader<string>();
    const read = cache.getOrLoad('slow', slow.load);
    for (let i = 0; i < 10; i++) await cache.getOrLoad(`absent-${i}`, () => undefined);
    slow.call(0).answer('value');
    expect(await read).toBe('value');
    expect(cache.get('slow')).toBe('value');
  });

  it('does not grow past the last ticket that was handed out', async () => {
    const { cache } = cacheOf({ ticketRingMax: 2 });
    cache.set('early', 'x', { ticket: cache.ticket() });
    const slow = new HeldLoader<string>();
    const read = cache.getOrLoad('slow', slow.load);
    for (let i = 0; i < 10; i++) await cache.getOrLoad(`absent-${i}`, () => undefined);
    slow.call(0).answer('value');
    await read;
    expect(cache.get('slow')).toBe('value');
  });
});
