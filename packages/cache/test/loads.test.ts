import { NameInvalidError } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import {
  CacheClosedError,
  type CacheEvents,
  LoadAbandonedError,
  LoadTimeoutError,
} from '../src/index.js';
import { cacheOf, HeldLoader, idle, key } from './fakes.js';

describe('stampede protection', () => {
  it('readers of one key share one load', async () => {
    const { cache } = cacheOf();
    const loader = new HeldLoader<string>();
    const reads = Array.from({ length: 100 }, () => cache.getOrLoad('a', loader.load));
    loader.call(0).answer('x');
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['x']));
    expect(loader.calls).toHaveLength(1);
    expect(cache.stats()).toMatchObject({ loads: 1, joins: 99, misses: 100, loadsInFlight: 0 });
  });

  it('an error reaches all who waited, and the next reader loads anew', async () => {
    const { cache } = cacheOf();
    const loader = new HeldLoader<string>();
    const reads = [cache.getOrLoad('a', loader.load), cache.getOrLoad('a', loader.load)];
    loader.call(0).fail(new Error('down'));
    for (const read of reads) await expect(read).rejects.toThrow('down');
    expect(await cache.getOrLoad('a', () => 'x')).toBe('x');
    expect(cache.stats()).toMatchObject({ loads: 2, loadErrors: 1 });
  });

  it('a loader that throws at once is a failed load', async () => {
    const { cache } = cacheOf();
    const read = cache.getOrLoad('a', () => {
      throw new Error('at once');
    });
    await expect(read).rejects.toThrow('at once');
    expect(cache.stats().loadsInFlight).toBe(0);
  });

  it('a load older than the TTL is not joined (F2)', async () => {
    const { cache, clock } = cacheOf({ ttlMs: 100 });
    const loader = new HeldLoader<string>();
    const first = cache.getOrLoad('a', loader.load);
    clock.nowMs += 100;
    const second = cache.getOrLoad('a', loader.load);
    expect(loader.calls).toHaveLength(2);
    loader.call(1).answer('new');
    expect(await second).toBe('new');
    loader.call(0).answer('old');
    expect([await first, cache.get('a')]).toEqual(['new', 'new']);
  });
});

describe('abort', () => {
  it('of one reader ends its wait alone', async () => {
    const { cache } = cacheOf();
    const loader = new HeldLoader<string>();
    const controller = new AbortController();
    const leaver = cache.getOrLoad('a', loader.load, { signal: controller.signal });
    const stayer = cache.getOrLoad('a', loader.load);
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    await expect(leaver).rejects.toBe(reason);
    expect(loader.call(0).signal.aborted).toBe(false);
    loader.call(0).answer('x');
    expect(await stayer).toBe('x');
    expect(cache.get('a')).toBe('x');
  });

  it('of the last reader aborts the loader; its late value is not kept', async () => {
    const { cache } = cacheOf();
    const loader = new HeldLoader<string>();
    const controllers = [new AbortController(), new AbortController()];
    const reads = controllers.map(({ signal }) => cache.getOrLoad('a', loader.load, { signal }));
    controllers[0]?.abort();
    await reads[0]?.catch(() => {});
    expect(loader.call(0).signal.aborted).toBe(false);
    controllers[1]?.abort();
    await reads[1]?.catch(() => {});
    expect(loader.call(0).signal.reason).toBeInstanceOf(LoadAbandonedError);
    const next = cache.getOrLoad('a', loader.load);
    loader.call(0).answer('late');
    loader.call(1).answer('new');
    expect(await next).toBe('new');
    expect(cache.get('a')).toBe('new');
  });

  it('before the read means that nothing is loaded, but a hit does not wait', async () => {
    const { cache } = cacheOf();
    const signal = AbortSignal.abort(new Error('before'));
    const loader = new HeldLoader<string>();
    await expect(cache.getOrLoad('a', loader.load, { signal })).rejects.toThrow('before');
    expect(loader.calls).toHaveLength(0);
    cache.set('a', 'x', { ticket: cache.ticket() });
    expect(await cache.getOrLoad('a', loader.load, { signal })).toBe('x');
  });

  it('of a detached load still reaches its loader', async () => {
    const { cache } = cacheOf();
    const loader = new HeldLoader<string>();
    const controller = new AbortController();
    const read = cache.getOrLoad('a', loader.load, { signal: controller.signal });
    cache.apply([key('a')]);
    controller.abort();
    await read.catch(() => {});
    expect(loader.call(0).signal.aborted).toBe(true);
  });
});

describe('loadTimeoutMs', () => {
  it('ends the wait of all, aborts the loader and frees the key', async () => {
    const { cache } = cacheOf({ loadTimeoutMs: 5 });
    const loader = new HeldLoader<string>();
    const reads = [cache.getOrLoad('a', loader.load), cache.getOrLoad('a', loader.load)];
    for (const read of reads) await expect(read).rejects.toThrow(LoadTimeoutError);
    expect(loader.call(0).signal.reason).toBeInstanceOf(LoadTimeoutError);
    loader.call(0).answer('late');
    await idle();
    expect(cache.get('a')).toBeUndefined();
    expect(await cache.getOrLoad('a', () => 'x')).toBe('x');
    expect(cache.stats().loadErrors).toBe(1);
  });
});

describe('close', () => {
  it('fails those who wait, aborts loaders, drops all and refuses what comes after', async () => {
    const { cache } = cacheOf();
    const loader = new HeldLoader<string>();
    cache.set('kept', 'x', { ticket: cache.ticket() });
    const detached = cache.getOrLoad('a', loader.load);
    cache.apply([key('a')]);
    const reads = [detached, cache.getOrLoad('a', loader.load)];
    const ticket = cache.ticket();
    cache.close();
    cache.close();
    for (const read of reads) await expect(read).rejects.toThrow(CacheClosedError);
    expect(loader.calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    loader.call(1).answer('late');
    await idle();
    expect([cache.get('kept'), cache.get('a')]).toEqual([undefined, undefined]);
    expect(cache.set('a', 'x', { ticket })).toBe(false);
    await expect(cache.getOrLoad('a', loader.load)).rejects.toThrow(CacheClosedError);
    expect(loader.calls).toHaveLength(2);
    expect(cache.stats()).toMatchObject({ entries: 0, indexSegments: 0, loadsInFlight: 0 });
  });
});

describe('names', () => {
  it('a key or tag beyond its limit is refused before the loader runs', async () => {
    const { cache } = cacheOf();
    const loader = new HeldLoader<string>();
    const long = 'k'.repeat(1025);
    for (const read of [
      cache.getOrLoad(long, loader.load),
      cache.getOrLoadMany(['a', long], async () => new Map()),
      cache.getOrLoad('a', loader.load, { tags: ['t'.repeat(257)] }),
    ])
      await expect(read).rejects.toThrow(NameInvalidError);
    expect(loader.calls).toHaveLength(0);
    expect(cache.stats()).toMatchObject({ loads: 0, loadsInFlight: 0 });
  });

  it('a value whose tags are not valid is not kept, nor is the rest of its batch', async () => {
    const { cache } = cacheOf();
    const read = cache.getOrLoadMany(
      ['a', 'b'],
      async () =>
        new Map([
          ['a', 'fine'],
          ['b', ''],
        ]),
      { tags: (value) => [value] },
    );
    await expect(read).rejects.toThrow(NameInvalidError);
    expect(cache.stats()).toMatchObject({ entries: 0, loadErrors: 1 });
  });
});

describe('background refresh', () => {
  it('serves the old value, loads once, then serves the new one', async () => {
    const { cache, clock } = cacheOf({ ttlMs: 100, refreshAfterMs: 50 });
    const loader = new HeldLoader<string>();
    cache.set('a', 'old', { ticket: cache.ticket() });
    clock.nowMs += 49;
    expect(await cache.getOrLoad('a', loader.load)).toBe('old');
    expect(loader.calls).toHaveLength(0);
    clock.nowMs += 1;
    for (let read = 0; read < 5; read += 1)
      expect(await cache.getOrLoad('a', loader.load)).toBe('old');
    expect(loader.calls).toHaveLength(1);
    loader.call(0).answer('new');
    await idle();
    expect(await cache.getOrLoad('a', loader.load)).toBe('new');
    expect(cache.stats()).toMatchObject({ refreshes: 1, loads: 1, misses: 0 });
  });

  it('that fails keeps serving until the TTL, and is tried again after as long (F2)', async () => {
    const { cache, clock } = cacheOf({ ttlMs: 100, refreshAfterMs: 30 });
    const told: CacheEvents['loadError'][] = [];
    cache.on('loadError', (event) => told.push(event));
    const loader = new HeldLoader<string>();
    const read = () => cache.getOrLoad('a', loader.load);
    cache.set('a', 'old', { ticket: cache.ticket() });
    clock.nowMs += 30;
    await read();
    loader.call(0).fail(new Error('down'));
    await idle();
    clock.nowMs += 29;
    expect(await read()).toBe('old');
    expect(loader.calls).toHaveLength(1);
    clock.nowMs += 1;
    expect(await read()).toBe('old');
    expect(loader.calls).toHaveLength(2);
    expect(told).toMatchObject([{ keys: ['a'], background: true }]);
    clock.nowMs += 40;
    expect(cache.get('a')).toBeUndefined();
  });

  it('is not aborted by readers that join and leave it', async () => {
    const { cache, clock } = cacheOf({ ttlMs: 100, refreshAfterMs: 50 });
    const loader = new HeldLoader<string>();
    cache.set('a', 'old', { ticket: cache.ticket() });
    clock.nowMs += 50;
    await cache.getOrLoad('a', loader.load);
    clock.nowMs += 50;
    const controller = new AbortController();
    const joiner = cache.getOrLoad('a', loader.load, { signal: controller.signal });
    controller.abort();
    await joiner.catch(() => {});
    expect(loader.calls.map(({ signal }) => signal.aborted)).toEqual([false]);
    loader.call(0).answer('new');
    await idle();
    expect(cache.get('a')).toBe('new');
  });

  it('never serves what an invalidation dropped, whatever the refresh is doing', async () => {
    const { cache, clock } = cacheOf({ ttlMs: 100, refreshAfterMs: 50 });
    const loader = new HeldLoader<string>();
    cache.set('a', 'old', { ticket: cache.ticket() });
    clock.nowMs += 50;
    await cache.getOrLoad('a', loader.load);
    cache.apply([key('a')]);
    loader.call(0).fail(new Error('down'));
    await idle();
    expect(await cache.getOrLoad('a', () => 'new')).toBe('new');
  });
});
