import { NameInvalidError } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { cacheOf, HeldLoader, idle, key } from './fakes.js';

describe('TTL', () => {
  it('counts from the issue of the ticket, not from the fill (F2)', () => {
    const { cache, clock } = cacheOf({ ttlMs: 100 });
    const ticket = cache.ticket();
    clock.nowMs += 60;
    expect(cache.set('a', 'x', { ticket })).toBe(true);
    clock.nowMs += 39.9;
    expect(cache.get('a')).toBe('x');
    clock.nowMs += 0.1;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.stats()).toMatchObject({ expired: 1, entries: 0, indexSegments: 0 });
  });

  it('is checked against the clock on every read of one turn, and no read renews it (F2)', () => {
    const { cache, clock } = cacheOf({ ttlMs: 100 });
    cache.set('a', 'x', { ticket: cache.ticket() });
    for (let read = 0; read < 99; read += 1) {
      clock.nowMs += 1;
      expect(cache.get('a')).toBe('x');
    }
    clock.nowMs += 1;
    expect(cache.get('a')).toBeUndefined();
  });

  it('a load that took as long is answered and not kept (F2)', async () => {
    const { cache, clock } = cacheOf({ ttlMs: 100 });
    const loader = new HeldLoader<string>();
    const read = cache.getOrLoad('a', loader.load);
    clock.nowMs += 100;
    loader.call(0).answer('x');
    expect(await read).toBe('x');
    expect(cache.stats()).toMatchObject({ entries: 0, fillsLate: 1, fillsKept: 0 });
  });
});

describe('a fill', () => {
  it('does not take the place of one with a younger ticket', () => {
    const { cache } = cacheOf();
    const older = cache.ticket();
    const younger = cache.ticket();
    expect(cache.set('a', 'young', { ticket: younger })).toBe(true);
    expect(cache.set('a', 'old', { ticket: older })).toBe(false);
    expect(cache.get('a')).toBe('young');
    expect(cache.stats()).toMatchObject({ fillsLate: 1, fillsKept: 1, replaced: 0, entries: 1 });
  });

  it('takes the place of another only by a ticket issued after that was stored (G)', () => {
    const { cache } = cacheOf();
    const older = cache.ticket();
    const younger = cache.ticket();
    expect(cache.set('a', 'first', { ticket: older })).toBe(true);
    for (const ticket of [older, younger]) expect(cache.set('a', 'second', { ticket })).toBe(false);
    expect(cache.get('a')).toBe('first');
    expect(cache.set('a', 'third', { ticket: cache.ticket() })).toBe(true);
    expect(cache.stats()).toMatchObject({ fillsLate: 2, fillsKept: 2, replaced: 1, entries: 1 });
  });

  it('with other tags leaves none of the old ones behind (C2)', () => {
    const { cache } = cacheOf();
    cache.set('a', 'x', { ticket: cache.ticket(), tags: ['s'] });
    cache.set('a', 'y', { ticket: cache.ticket(), tags: ['t'] });
    expect(cache.apply([{ kind: 'tag', key: 's' }])).toBe(0);
    expect(cache.stats().indexTags).toBe(1);
    expect(cache.apply([{ kind: 'tag', key: 't' }])).toBe(1);
    expect(cache.stats().indexTags).toBe(0);
  });

  it('keeps null, which is a value', () => {
    const { cache } = cacheOf<null>();
    cache.set('a', null, { ticket: cache.ticket() });
    expect(cache.get('a')).toBeNull();
  });

  it('takes keys and tags at their limits and nothing one past them', () => {
    const { cache } = cacheOf();
    const ticket = cache.ticket();
    const tags = (count: number, bytes = 1) =>
      Array.from({ length: count }, (_, n) => String(n).padStart(bytes, 't'));
    expect(cache.set('k'.repeat(1024), 'x', { ticket, tags: tags(32) })).toBe(true);
    expect(cache.set('a', 'x', { ticket, tags: tags(1, 256) })).toBe(true);
    for (const fill of [
      () => cache.set('k'.repeat(1025), 'x', { ticket }),
      () => cache.set('a', 'x', { ticket, tags: tags(33) }),
      () => cache.set('a', 'x', { ticket, tags: tags(1, 257) }),
    ])
      expect(fill).toThrow(NameInvalidError);
    expect(cache.stats().entries).toBe(2);
  });
});

describe('a negative entry', () => {
  it('is remembered for its own time, then loaded again', async () => {
    const { cache, clock } = cacheOf({ negativeTtlMs: 10 });
    const answers = [undefined, 'x'];
    const read = () => cache.getOrLoad('a', () => answers.shift());
    expect(await read()).toBeUndefined();
    clock.nowMs += 9;
    expect(await read()).toBeUndefined();
    clock.nowMs += 1;
    expect(await read()).toBe('x');
  });

  it('is not remembered by default', async () => {
    const { cache } = cacheOf();
    await cache.getOrLoad('a', () => undefined);
    expect(await cache.getOrLoad('a', () => 'x')).toBe('x');
    expect(cache.stats()).toMatchObject({ loads: 2, fillsLate: 0 });
  });

  it.each([0, 10])('takes an older value away, remembered for %i ms or not', (negativeTtlMs) => {
    const { cache } = cacheOf({ negativeTtlMs });
    cache.set('a', 'x', { ticket: cache.ticket() });
    expect(cache.set('a', undefined, { ticket: cache.ticket() })).toBe(negativeTtlMs > 0);
    expect(cache.get('a')).toBeUndefined();
    expect(cache.stats()).toMatchObject({ replaced: 1, entries: negativeTtlMs > 0 ? 1 : 0 });
  });
});

it('the entry used least recently is evicted, and leaves nothing in the index (F)', () => {
  const { cache } = cacheOf({ entriesMax: 2 });
  for (const text of ['a/1', 'b/1'])
    cache.set(text, text, { ticket: cache.ticket(), tags: [text] });
  cache.get('a/1');
  cache.set('c/1', 'c', { ticket: cache.ticket() });
  expect(cache.get('b/1')).toBeUndefined();
  expect(cache.get('a/1')).toBe('a/1');
  expect(cache.stats()).toMatchObject({ evicted: 1, entries: 2, indexSegments: 4, indexTags: 1 });
});

it('a reset drops all, voids all tickets and is counted (I)', async () => {
  const { cache } = cacheOf();
  const ticket = cache.ticket();
  cache.set('a', 'x', { ticket, tags: ['t'] });
  cache.reset('a gap that nobody could fill');
  expect(cache.set('b', 'x', { ticket })).toBe(false);
  expect(cache.get('a')).toBeUndefined();
  await idle();
  expect(cache.stats()).toMatchObject({ resets: 1, cleared: 1, indexSegments: 0, indexTags: 0 });
});

it('invalidate drops here first, then announces, and returns the token', async () => {
  const seen: unknown[] = [];
  const { cache } = cacheOf({
    announce: async (targets) => {
      seen.push(targets, cache.get('a'));
      return 'token';
    },
  });
  cache.set('a', 'x', { ticket: cache.ticket() });
  expect(await cache.invalidate({ key: 'a' })).toBe('token');
  expect(seen).toEqual([[key('a')], undefined]);
  expect(cache.apply([key('a')])).toBe(0);
  await expect(cache.invalidate({ key: '' })).rejects.toThrow(NameInvalidError);
  expect(seen).toHaveLength(2);
});

it('neither a fill nor an applied invalidation is announced', async () => {
  let announced = 0;
  const { cache } = cacheOf({
    announce: async () => {
      announced += 1;
      return '';
    },
  });
  await cache.getOrLoad('a', () => 'x');
  cache.set('b', 'x', { ticket: cache.ticket() });
  cache.apply([key('a')]);
  cache.delete('b');
  cache.reset('test');
  expect(announced).toBe(0);
});

it('without announce an invalidation stays here and has no token', async () => {
  const { cache } = cacheOf();
  cache.set('a', 'x', { ticket: cache.ticket() });
  expect(await cache.invalidate({ all: true })).toBe('');
  expect(cache.get('a')).toBeUndefined();
});
