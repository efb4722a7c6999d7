import type { Target } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import type { Cache } from '../src/index.js';
import { all, cacheOf, FakeFreshness, idle, key, prefix, tag } from './fakes.js';

const KEY = 'lake/sales/t1';
const TAG = 'owner:eve';
const AWAITS = 3;
const TICKS = 10;
/** The loader's awaits, then each turn of the microtask queue from its answer to its reader. */
const STOPS = Array.from({ length: AWAITS + TICKS }, (_, at) => at);

/** What a loader awaits: gates that the test opens one by one. */
class Gates {
  readonly #gates = Array.from({ length: AWAITS }, () => ({
    arrived: Promise.withResolvers<void>(),
    opened: Promise.withResolvers<void>(),
  }));

  async pass(): Promise<void> {
    for (const { arrived, opened } of this.#gates) {
      arrived.resolve();
      await opened.promise;
    }
  }

  /** Leads the loader to a stop and leaves it there. */
  async stopAt(stop: number): Promise<void> {
    for (const { arrived, opened } of this.#gates.slice(0, stop)) {
      await arrived.promise;
      opened.resolve();
    }
    await this.#gates[stop]?.arrived.promise;
    for (let tick = AWAITS; tick < stop; tick += 1) await Promise.resolve();
  }

  release(): void {
    for (const { opened } of this.#gates) opened.resolve();
  }
}

interface Kind {
  readonly name: string;
  /** Starts a fill of {@link KEY} that walks through the gates. @returns what its caller gets */
  start(cache: Cache<string>, gates: Gates): Promise<unknown>;
  readonly gets: unknown;
  /** What it gets where a later load, of `new`, has superseded it (G); otherwise {@link gets}. */
  readonly getsSuperseded?: unknown;
  readonly prepare?: (cache: Cache<string>, advance: (ms: number) => void) => void;
}

const tags = [TAG];
const TOKEN = `table:7:${'a'.repeat(16)}:${'b'.repeat(32)}`;

const old =
  (gates: Gates, value: string | undefined = 'old') =>
  async () => {
    await gates.pass();
    return value;
  };

const KINDS: Kind[] = [
  {
    name: 'a load with tags',
    start: (cache, gates) => cache.getOrLoad(KEY, old(gates), { tags }),
    gets: 'old',
    getsSuperseded: 'new',
  },
  {
    name: 'a load whose tags come with the value',
    start: (cache, gates) => cache.getOrLoad(KEY, old(gates), { tags: () => tags }),
    gets: 'old',
    getsSuperseded: 'new',
  },
  {
    name: 'a batch',
    start: (cache, gates) =>
      cache.getOrLoadMany(
        ['lake/x', KEY],
        async (missing) => {
          await gates.pass();
          return new Map(missing.map((text) => [text, 'old']));
        },
        { tags },
      ),
    gets: new Map([
      ['lake/x', 'old'],
      [KEY, 'old'],
    ]),
    getsSuperseded: new Map([
      ['lake/x', 'old'],
      [KEY, 'new'],
    ]),
  },
  {
    name: 'a negative entry',
    start: (cache, gates) =>
      cache.getOrLoad(
        KEY,
        async () => {
          await gates.pass();
          return undefined;
        },
        { tags },
      ),
    gets: undefined,
    getsSuperseded: 'new',
  },
  {
    name: 'a load in a namespace',
    start: (cache, gates) => cache.namespace('lake').getOrLoad('sales/t1', old(gates), { tags }),
    gets: 'old',
    getsSuperseded: 'new',
  },
  {
    name: 'a load that bypasses the cache for a token',
    start: (cache, gates) =>
      cache.getOrLoad(KEY, old(gates), { tags, token: TOKEN, onBehind: 'bypass' }),
    gets: 'old',
    getsSuperseded: 'new',
  },
  {
    name: 'a background refresh',
    prepare: (cache, advance) => {
      cache.set(KEY, 'older', { ticket: cache.ticket(), tags });
      advance(60);
    },
    start: (cache, gates) => cache.getOrLoad(KEY, old(gates), { tags }),
    gets: 'older',
  },
  {
    name: 'a fill by ticket',
    start: async (cache, gates) => {
      const ticket = cache.ticket();
      await gates.pass();
      cache.set(KEY, 'old', { ticket, tags });
      return 'old';
    },
    gets: 'old',
  },
];

const apply = (target: Target) => (cache: Cache<string>) => void cache.apply([target]);
const COVERING: [string, (cache: Cache<string>) => unknown][] = [
  ['key', apply(key(KEY))],
  ['prefix', apply(prefix('lake/sales'))],
  ['tag', apply(tag(TAG))],
  ['scope', apply(all)],
  ['reset', (cache) => cache.reset('test')],
  ['delete', (cache) => cache.delete(KEY)],
  ['invalidate', (cache) => cache.invalidate({ prefix: 'lake' })],
];
const OTHERS = [key('lake/sales'), prefix('lake/sal'), prefix(`${KEY}/x`), tag('owner')];

function fillsEnded(cache: Cache<string>): number {
  const { fillsKept, fillsVoided } = cache.stats();
  return fillsKept + fillsVoided;
}

function setUp(kind: Kind) {
  const { cache, clock } = cacheOf({
    negativeTtlMs: 100,
    refreshAfterMs: 50,
    freshness: new FakeFreshness(),
  });
  const advance = (ms: number) => {
    clock.nowMs += ms;
  };
  kind.prepare?.(cache, advance);
  return cache;
}

describe.each(KINDS)('$name', (kind) => {
  describe.each(COVERING)('overtaken by %s', (_name, invalidate) => {
    it.each(STOPS)('is answered and not kept, stopped at %i (C1)', async (stop) => {
      const cache = setUp(kind);
      const gates = new Gates();
      const read = kind.start(cache, gates);
      await gates.stopAt(stop);
      await invalidate(cache);
      gates.release();
      expect(await read).toEqual(kind.gets);
      await idle();
      expect(cache.get(KEY)).toBeUndefined();
      const beside = cache.get('lake/x') === 'old' ? 1 : 0;
      expect(cache.stats().entries).toBe(beside);
      if (stop < AWAITS) expect(cache.stats().fillsVoided).toBeGreaterThanOrEqual(1);
    });

    it.each(STOPS)('is not joined by later readers, stopped at %i (F4)', async (stop) => {
      const cache = setUp(kind);
      const before = fillsEnded(cache);
      const gates = new Gates();
      const read = kind.start(cache, gates);
      await gates.stopAt(stop);
      await invalidate(cache);
      const ended = fillsEnded(cache) > before;
      expect(await cache.getOrLoad(KEY, () => 'new', { tags })).toBe('new');
      gates.release();
      const { gets, getsSuperseded = gets } = kind;
      expect(await read).toEqual(ended ? gets : getsSuperseded);
      await idle();
      expect(cache.get(KEY)).toBe('new');
    });
  });

  it.each(STOPS)('is kept when nothing that covers it comes, stopped at %i (I)', async (stop) => {
    const cache = setUp(kind);
    const gates = new Gates();
    const read = kind.start(cache, gates);
    await gates.stopAt(stop);
    cache.apply(OTHERS);
    gates.release();
    expect(await read).toEqual(kind.gets);
    await idle();
    const reloaded = await cache.getOrLoad(KEY, () => 'new');
    expect(reloaded).toBe(kind.name === 'a negative entry' ? undefined : 'old');
  });
});

it('a batch keeps what was not overtaken', async () => {
  const { cache } = cacheOf();
  const gates = new Gates();
  const read = cache.getOrLoadMany(['a', 'b'], async (missing) => {
    await gates.pass();
    return new Map(missing.map((text) => [text, 'old']));
  });
  await gates.stopAt(1);
  cache.apply([key('a')]);
  gates.release();
  await read;
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 'old']);
});

it('a tag invalidation detaches every load whose tags are not known yet, and voids by the tags', async () => {
  const { cache } = cacheOf();
  const gates = new Gates();
  const first = cache.getOrLoad('a', old(gates), { tags: () => ['t'] });
  await gates.stopAt(0);
  cache.apply([tag('other')]);
  let loads = 0;
  const second = cache.getOrLoad('a', async () => {
    loads += 1;
    await gates.pass();
    return 'new';
  });
  expect(loads).toBe(1);
  gates.release();
  expect([await first, await second]).toEqual(['new', 'new']);
  expect(cache.stats().fillsVoided).toBe(0);
});

it('more invalidations than the ring holds void a load in flight; as many as it holds do not (C1)', async () => {
  for (const [count, kept] of [
    [4, true],
    [5, false],
  ] as const) {
    const { cache } = cacheOf({ ticketRingMax: 4 });
    const gates = new Gates();
    const read = cache.getOrLoad('a', old(gates));
    await gates.stopAt(1);
    for (let n = 0; n < count; n += 1) cache.apply([key(`other/${n}`)]);
    gates.release();
    expect(await read).toBe('old');
    expect(cache.get('a') !== undefined).toBe(kept);
  }
});
