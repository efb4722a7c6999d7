import { describe, expect, it } from 'vitest';
import { StrictRefusedError } from '../src/index.js';
import { HeldLoader, idle, key, strictOf } from './fakes.js';

const never = () => {
  throw new Error('must not be loaded');
};

/** A strict cache with one entry, loaded under a right until 2,000; it is 1,000. */
async function filled(options: Parameters<typeof strictOf>[0] = {}) {
  const all = strictOf({ ttlMs: 5000, ...options });
  all.right.untilMs = 2000;
  await all.cache.getOrLoad('a', () => 'one');
  return all;
}

describe('under a right (S1)', () => {
  it('an entry is served from memory, by get as by getOrLoad', async () => {
    const { cache, right } = await filled();
    expect(cache.get('a')).toBe('one');
    expect(await cache.getOrLoad('a', never)).toBe('one');
    expect(await cache.getOrLoadMany(['a'], never)).toEqual(new Map([['a', 'one']]));
    expect(right.polls).toHaveLength(0);
  });

  it('the clock is read for every hit', async () => {
    const { cache, clock, right } = await filled();
    right.askedMs.length = 0;
    for (const nowMs of [1001, 1002, 1999]) {
      clock.nowMs = nowMs;
      expect(cache.get('a')).toBe('one');
    }
    clock.nowMs = 2000;
    expect(cache.get('a')).toBeUndefined();
    expect(right.askedMs).toEqual([1001, 1002, 1999, 2000]);
  });

  it('no entry outlives its TTL', async () => {
    const { cache, clock, right } = await filled({ ttlMs: 100 });
    right.untilMs = Infinity;
    clock.nowMs = 1100;
    expect(cache.get('a')).toBeUndefined();
    expect(await cache.getOrLoad('a', () => 'two')).toBe('two');
  });

  it('a miss loads without a poll, and its fill is fenced (C1)', async () => {
    const { cache, right } = await filled();
    const loader = new HeldLoader<string>();
    const read = cache.getOrLoad('b', loader.load);
    cache.apply([key('b')]);
    loader.call(0).answer('old');
    expect(await read).toBe('old');
    expect(cache.get('b')).toBeUndefined();
    expect(right.polls).toHaveLength(0);
  });

  it('a load in flight is joined, unless an invalidation has detached it (F4)', async () => {
    const { cache } = await filled();
    const loader = new HeldLoader<string>();
    const reads = [cache.getOrLoad('b', loader.load), cache.getOrLoad('b', loader.load)];
    cache.apply([key('b')]);
    reads.push(cache.getOrLoad('b', loader.load));
    expect(loader.calls).toHaveLength(2);
    loader.call(0).answer('old');
    loader.call(1).answer('new');
    expect(await Promise.all(reads)).toEqual(['new', 'new', 'new']);
    expect(cache.get('b')).toBe('new');
  });
});

describe('without a right', () => {
  it('get misses, and a reader waits for a poll, then is served from memory', async () => {
    const { cache, clock, right } = await filled();
    clock.nowMs = 2000;
    expect(cache.get('a')).toBeUndefined();
    const read = cache.getOrLoad('a', never);
    await idle();
    right.polls[0]?.(true);
    expect(await read).toBe('one');
  });

  it('what the poll brings is dropped first: then the reader loads', async () => {
    const { cache, clock, right } = await filled();
    clock.nowMs = 2000;
    const read = cache.getOrLoad('a', () => 'two');
    cache.apply([key('a')]);
    right.polls[0]?.(true);
    expect(await read).toBe('two');
  });

  it('a miss waits for a poll too', async () => {
    const { cache, right } = strictOf();
    const loader = new HeldLoader<string>();
    const read = cache.getOrLoad('a', loader.load);
    await idle();
    expect(loader.calls).toHaveLength(0);
    right.polls[0]?.(true);
    await idle();
    loader.call(0).answer('one');
    expect(await read).toBe('one');
  });

  it('a load that began before is joined only after the poll (F4)', async () => {
    const { cache, clock, right } = await filled();
    const loader = new HeldLoader<string>();
    const first = cache.getOrLoad('b', loader.load);
    clock.nowMs = 2000;
    const second = cache.getOrLoad('b', loader.load);
    await idle();
    expect(cache.stats().joins).toBe(0);
    right.polls[0]?.(true);
    await idle();
    expect(cache.stats().joins).toBe(1);
    loader.call(0).answer('one');
    expect(await Promise.all([first, second])).toEqual(['one', 'one']);
  });

  it('an entry is not served for being younger than the reader, on a clock that stands still', async () => {
    const { cache, right } = await filled();
    right.untilMs = -Infinity;
    expect(cache.get('a')).toBeUndefined();
    const read = cache.getOrLoad('a', never);
    right.polls[0]?.(false);
    await expect(read).rejects.toThrow(StrictRefusedError);
  });
});

describe('with the log out of reach a strict scope fails closed', () => {
  it.each([
    ['an entry', 'a'],
    ['a miss', 'b'],
  ])('for %s: nothing is served and nothing is loaded', async (_what, name) => {
    const { cache, clock, right } = await filled();
    clock.nowMs = 2000;
    const read = cache.getOrLoad(name, never);
    right.polls[0]?.(false);
    await expect(read).rejects.toThrow(StrictRefusedError);
    await expect(read).rejects.toMatchObject({ code: 'HEARSAY_STRICT_REFUSED' });
    expect(cache.stats()).toMatchObject({ refused: 1, loads: 1, staleServed: 0, entries: 1 });
  });

  it('for as long as it lasts: with the next right the entry is served again', async () => {
    const { cache, clock, right } = await filled();
    clock.nowMs = 2000;
    const read = cache.getOrLoad('a', never);
    right.polls[0]?.(false);
    await expect(read).rejects.toThrow(StrictRefusedError);
    right.untilMs = 3000;
    expect(cache.get('a')).toBe('one');
  });

  it('a reader that gives up waits for no poll', async () => {
    const { cache, clock } = await filled();
    clock.nowMs = 2000;
    const controller = new AbortController();
    const read = cache.getOrLoad('a', never, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
  });
});

describe('a poll that fails (S1)', () => {
  it('refuses nothing where another one has renewed the right meanwhile', async () => {
    const { cache, clock, right } = await filled();
    clock.nowMs = 2000;
    const read = cache.getOrLoad('a', never);
    right.untilMs = 3000;
    right.polls[0]?.(false);
    expect(await read).toBe('one');
  });

  it('refuses where the right has come and gone meanwhile', async () => {
    const { cache, clock, right } = await filled();
    clock.nowMs = 2000;
    const read = cache.getOrLoad('a', never);
    right.untilMs = 2500;
    clock.nowMs = 2500;
    right.polls[0]?.(false);
    await expect(read).rejects.toThrow(StrictRefusedError);
  });
});
