import type { Version } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import { LoadBehindError, type LoadContext } from '../src/index.js';
import { cacheOf, FakeFreshness, FakeRight } from './fakes.js';

function lasting(): FakeRight {
  const right = new FakeRight();
  right.untilMs = Infinity;
  return right;
}

/** A cache of a scope of which version 7 is known. */
function knowing(version: number | undefined) {
  const freshness = new FakeFreshness();
  freshness.known = version as Version | undefined;
  return { ...cacheOf({ freshness }), freshness };
}

describe('a loader that may read behind the primary (F5)', () => {
  test('is told the version that is known when its ticket is issued', async () => {
    const { cache, freshness } = knowing(7);
    const told: unknown[] = [];
    const load = ({ minimum }: LoadContext) => {
      told.push(minimum);
      freshness.known = 9 as Version;
      return 'v';
    };
    await cache.getOrLoad('k', load);
    expect(told).toEqual([7]);
    expect(cache.ticket().minimum).toBe(9);
  });

  test.each([7, 8])(
    'is kept when it has read at version %i, the known one or a later',
    async (at) => {
      const { cache } = knowing(7);
      await cache.getOrLoad('k', ({ readAt }) => {
        readAt(at);
        return 'v';
      });
      expect(cache.get('k')).toBe('v');
    },
  );

  test.each([6, Number.NaN])('fails when it has read at version %d', async (at) => {
    const { cache } = knowing(7);
    const read = cache.getOrLoad('k', ({ readAt }) => {
      readAt(at);
      return 'old';
    });
    await expect(read).rejects.toThrow(LoadBehindError);
    expect(cache.get('k')).toBeUndefined();
    expect(cache.stats()).toMatchObject({ fillsKept: 0, fillsBehind: 1, loadErrors: 1 });
  });

  test('fails at any version while the newest is not to be known', async () => {
    const { cache } = knowing(Number.POSITIVE_INFINITY);
    const read = cache.getOrLoad('k', ({ readAt }) => {
      readAt(Number.MAX_SAFE_INTEGER);
      return 'old';
    });
    await expect(read).rejects.toThrow(/none is enough for this read: read the primary$/);
  });

  test.each(['bounded', 'strict'])('fails at any version in a %s scope (B, C)', async (kind) => {
    const freshness = new FakeFreshness();
    freshness.known = 7 as Version;
    freshness.poll = async () => true;
    const consistency =
      kind === 'bounded' ? { boundedMs: 100 } : ({ strict: { leaseMs: 1000 } } as const);
    const right = kind === 'bounded' ? {} : { right: lasting() };
    const { cache } = cacheOf({ consistency, freshness: Object.assign(freshness, right) });
    const read = cache.getOrLoad('k', ({ readAt }) => {
      readAt(8);
      return 'old';
    });
    await expect(read).rejects.toThrow(LoadBehindError);
    expect(cache.set('k', 'v', { ticket: cache.ticket(), version: 8 })).toBe(false);
    expect(await cache.getOrLoad('k', () => 'new')).toBe('new');
  });

  test('can read the primary in place of it', async () => {
    const { cache } = knowing(7);
    const value = await cache.getOrLoad('k', ({ readAt }) => {
      try {
        readAt(6);
        return 'old';
      } catch {
        return 'new';
      }
    });
    expect([value, cache.get('k')]).toEqual(['new', 'new']);
  });

  test('is one for a whole batch, and below a namespace too', async () => {
    const { cache } = knowing(7);
    const names = cache.namespace('n');
    const batch = names.getOrLoadMany(['a', 'b'], (missing, { minimum, readAt }) => {
      readAt(Number(minimum) - 1);
      return Promise.resolve(new Map(missing.map((key) => [key, 'old'])));
    });
    await expect(batch).rejects.toThrow(LoadBehindError);
    const single = names.getOrLoad('a', ({ key, readAt }) => {
      readAt(7);
      return key;
    });
    expect(await single).toBe('a');
    expect(cache.stats()).toMatchObject({ fillsKept: 1, fillsBehind: 2 });
  });

  test('is told nothing where no log is followed, and then nothing is behind', async () => {
    const { cache } = knowing(undefined);
    const value = await cache.getOrLoad('k', ({ minimum, readAt }) => {
      readAt(0);
      return String(minimum);
    });
    expect([value, cache.get('k')]).toEqual(['undefined', 'undefined']);
    expect(cacheOf().cache.ticket().minimum).toBeUndefined();
  });
});

describe('a value that is set with the version at which it was read (F5)', () => {
  test('is kept at the known version, and refused below it', () => {
    const { cache } = knowing(7);
    expect(cache.set('k', 'v', { ticket: cache.ticket(), version: 7 })).toBe(true);
    expect(cache.set('k', 'old', { ticket: cache.ticket(), version: 6 })).toBe(false);
    expect(cache.get('k')).toBe('v');
    expect(cache.stats()).toMatchObject({ fillsKept: 1, fillsBehind: 1 });
  });

  test('counts by what was known at its ticket', () => {
    const { cache, freshness } = knowing(7);
    const ticket = cache.ticket();
    freshness.known = 9 as Version;
    expect(cache.set('k', 'v', { ticket, version: 8 })).toBe(true);
  });
});
