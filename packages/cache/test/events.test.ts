import { describe, expect, it } from 'vitest';
import { cacheOf, key, prefix } from './fakes.js';

describe('events', () => {
  it('tell what came, what went and why', async () => {
    const { cache, clock } = cacheOf({ entriesMax: 2, negativeTtlMs: 10 });
    const told: unknown[] = [];
    for (const name of ['fill', 'void', 'drop', 'reset', 'loadError'] as const)
      cache.on(name, (event) => told.push([name, event]));
    const ticket = cache.ticket();
    cache.set('a', 'x', { ticket });
    cache.set('b', undefined, { ticket });
    cache.set('c', 'x', { ticket });
    clock.nowMs += 10;
    cache.get('b');
    cache.apply([key('c')]);
    cache.set('c', 'x', { ticket });
    cache.set('d', 'x', { ticket: cache.ticket() });
    cache.delete('d');
    cache.set('d', 'x', { ticket: cache.ticket() });
    cache.reset('gap');
    const error = new Error('down');
    await cache.getOrLoad('e', () => Promise.reject(error)).catch(() => {});
    expect(told).toEqual([
      ['fill', { key: 'a', absent: false }],
      ['fill', { key: 'b', absent: true }],
      ['fill', { key: 'c', absent: false }],
      ['drop', { key: 'a', reason: 'evicted' }],
      ['drop', { key: 'b', reason: 'expired' }],
      ['drop', { key: 'c', reason: 'invalidated' }],
      ['void', { key: 'c' }],
      ['fill', { key: 'd', absent: false }],
      ['drop', { key: 'd', reason: 'deleted' }],
      ['fill', { key: 'd', absent: false }],
      ['reset', { reason: 'gap', entries: 1 }],
      ['loadError', { keys: ['e'], error, background: false }],
    ]);
  });

  it('a throwing listener is counted and disturbs neither the cache nor other listeners', () => {
    const { cache } = cacheOf();
    let told = 0;
    for (const name of ['fill', 'drop', 'reset', 'void'] as const) {
      cache.on(name, () => {
        throw new Error('listener');
      });
      cache.on(name, () => {
        told += 1;
      });
    }
    const ticket = cache.ticket();
    expect(cache.set('a/b', 'x', { ticket })).toBe(true);
    expect(cache.apply([prefix('a')])).toBe(1);
    expect(cache.set('a/b', 'x', { ticket })).toBe(false);
    cache.reset('gap');
    expect(told).toBe(4);
    expect(cache.stats()).toMatchObject({ listenerErrors: 4, entries: 0, indexSegments: 0 });
  });

  it('a listener may use the cache: what it fills after a drop is not dropped by the same target', () => {
    const { cache } = cacheOf();
    cache.on('drop', ({ key: dropped }) => {
      for (const text of ['a/1', 'a/2'])
        cache.set(text, `again after ${dropped}`, { ticket: cache.ticket() });
    });
    const ticket = cache.ticket();
    cache.set('a/1', 'x', { ticket });
    cache.set('a/2', 'x', { ticket });
    cache.apply([prefix('a')]);
    expect(cache.get('a/1')).toMatch(/^again/);
    expect(cache.get('a/2')).toMatch(/^again/);
  });

  it('a removed listener hears nothing more', () => {
    const { cache } = cacheOf();
    let told = 0;
    const stop = cache.on('fill', () => {
      told += 1;
    });
    cache.set('a', 'x', { ticket: cache.ticket() });
    stop();
    cache.set('b', 'x', { ticket: cache.ticket() });
    expect(told).toBe(1);
  });
});
