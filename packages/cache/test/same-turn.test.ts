import { describe, expect, it } from 'vitest';
import { boundedOf, cacheOf } from './fakes.js';

/** Runs the read and then everything that the next turn of the event loop would run first. */
async function answeredBefore(read: () => Promise<unknown>): Promise<readonly unknown[]> {
  const order: unknown[] = [];
  const turn = new Promise<void>((resolve) => {
    setImmediate(() => {
      order.push('turn');
      resolve();
    });
  });
  await Promise.all([read().then((value) => order.push(value)), turn]);
  return order;
}

const never = () => {
  throw new Error('a hit does not load');
};

describe('a hit of an eventual scope without a token (D)', () => {
  it('is there at once by get', () => {
    const { cache } = cacheOf();
    cache.set('a', 'x', { ticket: cache.ticket() });
    expect(cache.get('a')).toBe('x');
  });

  it('is answered in the same turn of the event loop by getOrLoad, and by getOrLoadMany', async () => {
    const { cache } = cacheOf();
    cache.set('a', 'x', { ticket: cache.ticket() });
    cache.set('b', 'y', { ticket: cache.ticket() });
    expect(await answeredBefore(() => cache.getOrLoad('a', never))).toEqual(['x', 'turn']);
    const both = () => cache.getOrLoadMany(['a', 'b'], never).then((found) => [...found.values()]);
    expect(await answeredBefore(both)).toEqual([['x', 'y'], 'turn']);
  });

  it('is not when a proof is waited for, as a bounded one is', async () => {
    const { cache, freshness, clock } = boundedOf(10);
    cache.set('a', 'x', { ticket: cache.ticket() });
    clock.nowMs += 50;
    freshness.poll = () => new Promise((resolve) => setImmediate(() => resolve(false)));
    const order = await answeredBefore(() => cache.getOrLoad('a', () => 'loaded'));
    expect(order[0]).toBe('turn');
  });
});
