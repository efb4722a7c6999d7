import { describe, expect, it } from 'vitest';
import { cacheOf } from './fakes.js';

describe('what is held', () => {
  it('is shown with its age since the ticket, absence too, the most recently used first', () => {
    const { cache, clock } = cacheOf({ ttlMs: 100, negativeTtlMs: 100 });
    const ticket = cache.ticket();
    clock.nowMs += 5;
    cache.set('a', 'x', { ticket });
    cache.set('b', undefined, { ticket: cache.ticket() });
    expect([...cache.held()]).toEqual([
      { key: 'b', value: undefined, ageMs: 0 },
      { key: 'a', value: 'x', ageMs: 5 },
    ]);
    expect(cache.peek('a')).toEqual({ key: 'a', value: 'x', ageMs: 5 });
    expect(cache.peek('c')).toBeUndefined();
  });

  it('leaves out what is past its TTL (F2)', () => {
    const { cache, clock } = cacheOf({ ttlMs: 100 });
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 100;
    expect([...cache.held()]).toEqual([]);
    expect(cache.peek('a')).toBeUndefined();
  });

  it('is looked at without a trace: nothing is counted, dropped, or evicted later', () => {
    const { cache } = cacheOf({ entriesMax: 2 });
    for (const key of ['a', 'b']) cache.set(key, key, { ticket: cache.ticket() });
    const before = cache.stats();
    cache.peek('a');
    expect([...cache.held()]).toHaveLength(2);
    expect(cache.stats()).toEqual(before);
    cache.set('c', 'c', { ticket: cache.ticket() });
    expect([...cache.held()].map(({ key }) => key)).toEqual(['c', 'b']);
  });
});
