import { describe, expect, it } from 'vitest';
import { StaleRefusedError } from '../src/index.js';
import { boundedOf, cacheOf, HeldLoader, idle, key } from './fakes.js';

const down = () => Promise.reject(new Error('source down'));

describe('bounded', () => {
  it('an entry needs no proof while its ticket is within the bound', async () => {
    const { cache, clock, freshness } = boundedOf(20);
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 20;
    expect(cache.get('a')).toBe('x');
    expect(await cache.getOrLoad('a', down)).toBe('x');
    clock.nowMs += 0.1;
    expect(cache.get('a')).toBeUndefined();
    expect(freshness.proofsAskedMs).toEqual([]);
  });

  it('past the bound it is served as far as the log is proven, and the TTL still holds (F2)', () => {
    const { cache, clock, freshness } = boundedOf(20, { ttlMs: 100 });
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 90;
    freshness.provenMs = clock.nowMs - 20.1;
    expect(cache.get('a')).toBeUndefined();
    freshness.provenMs = clock.nowMs - 20;
    expect(cache.get('a')).toBe('x');
    clock.nowMs += 10;
    freshness.provenMs = clock.nowMs;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.stats()).toMatchObject({ expired: 1 });
  });

  it('a read asks for a proof as of its call less the bound, then serves (F1)', async () => {
    const { cache, clock, freshness } = boundedOf(20);
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 50;
    const invokedMs = clock.nowMs;
    freshness.poll = async () => {
      freshness.provenMs = invokedMs - 20;
      clock.nowMs += 40;
      return true;
    };
    expect(await cache.getOrLoad('a', down)).toBe('x');
    expect(freshness.proofsAskedMs).toEqual([invokedMs - 20]);
    expect(cache.stats()).toMatchObject({ hits: 1, loads: 0 });
  });

  it('an entry that the proving poll dropped is loaded', async () => {
    const { cache, clock, freshness } = boundedOf(20);
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 50;
    freshness.poll = async () => {
      freshness.provenMs = clock.nowMs;
      cache.apply([key('a')]);
      return true;
    };
    expect(await cache.getOrLoad('a', () => 'new')).toBe('new');
  });

  it('a miss loads at once, without a poll', async () => {
    const { cache, freshness } = boundedOf(20);
    expect(await cache.getOrLoad('a', () => 'x')).toBe('x');
    expect(freshness.proofsAskedMs).toEqual([]);
  });

  it('with the log out of reach it loads (F7)', async () => {
    const { cache, clock } = boundedOf(20);
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 50;
    expect(await cache.getOrLoad('a', () => 'new')).toBe('new');
    expect(cache.get('a')).toBe('new');
  });

  it('and where the load fails too, it refuses with the cause (F7)', async () => {
    const { cache, clock } = boundedOf(20);
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 50;
    const read = cache.getOrLoad('a', down);
    await expect(read).rejects.toThrow(StaleRefusedError);
    await expect(read).rejects.toMatchObject({
      code: 'HEARSAY_STALE_REFUSED',
      cause: new Error('source down'),
    });
    await expect(cache.getOrLoad('nothing held', down)).rejects.toThrow('source down');
    expect(cache.stats()).toMatchObject({ refused: 1, staleServed: 0 });
  });

  it('but serves what the log has proven while the load was failing (F1, F7)', async () => {
    const { cache, clock, freshness } = boundedOf(20);
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 50;
    const read = cache.getOrLoad('a', () => {
      freshness.provenMs = clock.nowMs;
      return down();
    });
    expect(await read).toBe('x');
    expect(cache.stats()).toMatchObject({ refused: 0, staleServed: 0 });
  });

  it('with the log in reach a failing load is its own error, not a refusal', async () => {
    const { cache, clock, freshness } = boundedOf(20, { onDark: 'stale' });
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 50;
    freshness.poll = async () => {
      cache.apply([key('a')]);
      return true;
    };
    await expect(cache.getOrLoad('a', down)).rejects.toThrow('source down');
  });

  it("onDark 'stale' serves what is held, within the TTL, never what was invalidated (F7)", async () => {
    const { cache, clock } = boundedOf(20, { ttlMs: 100, onDark: 'stale' });
    const loader = new HeldLoader<string>();
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 99;
    expect(await cache.getOrLoad('a', down)).toBe('x');
    expect(cache.stats()).toMatchObject({ staleServed: 1, refused: 0 });
    const read = cache.getOrLoad('a', loader.load);
    await idle();
    cache.apply([key('a')]);
    loader.call(0).fail(new Error('source down'));
    await expect(read).rejects.toThrow('source down');
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 100;
    await expect(cache.getOrLoad('a', down)).rejects.toThrow('source down');
  });

  it('an aborted reader is told its own reason, not a refusal', async () => {
    const { cache, clock, freshness } = boundedOf(20);
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 50;
    const controller = new AbortController();
    freshness.poll = () => new Promise(() => {});
    const read = cache.getOrLoad('a', down, { signal: controller.signal });
    controller.abort(new Error('own reason'));
    await expect(read).rejects.toThrow('own reason');
    expect(cache.stats().loads).toBe(0);
  });

  it('a load is joined while its ticket, or the log, is within the bound (F4)', async () => {
    const { cache, clock, freshness } = boundedOf(20);
    const loader = new HeldLoader<string>();
    const read = () => cache.getOrLoad('a', loader.load);
    const reads = [read()];
    clock.nowMs += 20;
    reads.push(read());
    expect(loader.calls).toHaveLength(1);
    clock.nowMs += 1;
    freshness.provenMs = clock.nowMs - 20;
    reads.push(read());
    expect(loader.calls).toHaveLength(1);
    clock.nowMs += 1;
    reads.push(read());
    expect(loader.calls).toHaveLength(2);
    loader.call(1).answer('new');
    loader.call(0).answer('old');
    expect(await Promise.all(reads)).toEqual(['new', 'new', 'new', 'new']);
    expect(cache.get('a')).toBe('new');
  });
});

describe('getOrLoadMany', () => {
  const values = (keys: readonly string[]) => new Map(keys.map((text) => [text, `new ${text}`]));

  it('asks once for what is missing and returns the keys that have a value, in order', async () => {
    const { cache } = cacheOf({ negativeTtlMs: 50 });
    cache.set('b', 'held', { ticket: cache.ticket() });
    cache.set('absent', undefined, { ticket: cache.ticket() });
    const asked: (readonly string[])[] = [];
    const read = () =>
      cache.getOrLoadMany(['a', 'b', 'absent', 'none', 'a'], async (missing) => {
        asked.push(missing);
        return new Map([
          ['a', 'new a'],
          ['unasked', 'x'],
        ]);
      });
    for (let time = 0; time < 2; time += 1)
      expect([...(await read())]).toEqual([
        ['a', 'new a'],
        ['b', 'held'],
      ]);
    expect(asked).toEqual([['a', 'none']]);
    expect(cache.get('unasked')).toBeUndefined();
  });

  it('joins what others load, and others join what it loads', async () => {
    const { cache } = cacheOf();
    const single = new HeldLoader<string>();
    const answer = Promise.withResolvers<Map<string, string>>();
    const asked: (readonly string[])[] = [];
    const first = cache.getOrLoad('a', single.load);
    const batch = cache.getOrLoadMany(['a', 'b'], (missing) => {
      asked.push(missing);
      return answer.promise;
    });
    await idle();
    const second = cache.getOrLoad('b', single.load);
    single.call(0).answer('single a');
    answer.resolve(values(['b']));
    expect(await batch).toEqual(
      new Map([
        ['a', 'single a'],
        ['b', 'new b'],
      ]),
    );
    expect([await first, await second, asked]).toEqual(['single a', 'new b', [['b']]]);
    expect(single.calls).toHaveLength(1);
  });

  it('aborts its loader only when nobody waits for any of its keys', async () => {
    const { cache } = cacheOf();
    const held = new HeldLoader<never>();
    const controllers = [new AbortController(), new AbortController()];
    const batch = cache.getOrLoadMany(
      ['a', 'b'],
      (_missing, context) => held.load(context) as Promise<never>,
      { signal: controllers[0]?.signal },
    );
    const single = cache.getOrLoad('b', () => 'own', { signal: controllers[1]?.signal });
    controllers[0]?.abort();
    await batch.catch(() => {});
    expect(held.call(0).signal.aborted).toBe(false);
    controllers[1]?.abort();
    await single.catch(() => {});
    expect(held.call(0).signal.aborted).toBe(true);
  });

  it('proves once for all keys, and refuses where any cannot be served (F7)', async () => {
    const { cache, clock, freshness } = boundedOf(20);
    for (const text of ['a', 'b']) cache.set(text, text, { ticket: cache.ticket() });
    clock.nowMs += 50;
    const read = () => cache.getOrLoadMany(['a', 'b'], down);
    await expect(read()).rejects.toThrow(StaleRefusedError);
    freshness.poll = async () => {
      freshness.provenMs = clock.nowMs;
      cache.apply([key('b')]);
      return true;
    };
    const found = await cache.getOrLoadMany(['a', 'b'], async (missing) => values(missing));
    expect([...found.values()]).toEqual(['a', 'new b']);
    expect(freshness.proofsAskedMs).toHaveLength(2);
  });

  it('refreshes what is due in one call', async () => {
    const { cache, clock } = cacheOf({ refreshAfterMs: 50 });
    for (const text of ['a', 'b']) cache.set(text, 'old', { ticket: cache.ticket() });
    clock.nowMs += 50;
    const read = () => cache.getOrLoadMany(['a', 'b'], async (missing) => values(missing));
    expect([...(await read()).values()]).toEqual(['old', 'old']);
    await idle();
    expect([...(await read()).values()]).toEqual(['new a', 'new b']);
    expect(cache.stats()).toMatchObject({ loads: 1, refreshes: 2 });
  });

  it('of no keys asks nobody', async () => {
    const { cache } = cacheOf();
    expect(await cache.getOrLoadMany([], down)).toEqual(new Map());
    expect(cache.stats().loads).toBe(0);
  });
});
