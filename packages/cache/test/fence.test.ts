import { describe, expect, it } from 'vitest';
import { Fence } from '../src/fence.js';
import { TicketForeignError } from '../src/index.js';
import { all, cacheOf, key, prefix, tag } from './fakes.js';

describe('Fence', () => {
  it.each([
    ['its key', key('a/b'), true],
    ['another key', key('a'), false],
    ['a prefix of whole segments', prefix('a'), true],
    ['a prefix that is longer than the key', prefix('a/bc'), false],
    ['one of its tags', tag('t'), true],
    ['another tag', tag('u'), false],
    ['the whole scope', all, true],
  ])('a ticket is overtaken by %s as `covers` says', (_name, target, voided) => {
    const fence = new Fence(4);
    const before = fence.ticket(0);
    fence.pass(target);
    expect(fence.voids(before, 'a/b', ['s', 't'])).toBe(voided);
    expect(fence.voids(fence.ticket(0), 'a/b', ['s', 't'])).toBe(false);
  });

  it('a ticket outlives exactly as many other invalidations as the ring holds (C1)', () => {
    const fence = new Fence(3);
    const ticket = fence.ticket(0);
    for (let n = 0; n < 3; n += 1) fence.pass(key(`other/${n}`));
    expect(fence.voids(ticket, 'a', [])).toBe(false);
    fence.pass(key('other/3'));
    expect(fence.voids(ticket, 'a', [])).toBe(true);
  });

  it('the oldest invalidation in a full ring still voids (C1)', () => {
    const fence = new Fence(3);
    for (let n = 0; n < 5; n += 1) fence.pass(key('earlier'));
    const ticket = fence.ticket(0);
    for (const text of ['a', 'b', 'c']) fence.pass(key(text));
    expect(fence.voids(ticket, 'a', [])).toBe(true);
    expect(fence.voids(ticket, 'earlier', [])).toBe(false);
  });

  it('a ticket of another cache, or none, fills nothing', () => {
    const { cache } = cacheOf();
    const { cache: other } = cacheOf();
    expect(() => cache.set('a', 'x', { ticket: other.ticket() })).toThrow(TicketForeignError);
    expect(() => cache.set('a', 'x', {} as never)).toThrow(TicketForeignError);
    expect(cache.stats().entries).toBe(0);
  });
});
