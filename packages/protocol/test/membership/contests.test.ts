import { describe, expect, it } from 'vitest';
import { Contests } from '../../src/membership/contests.js';
import { memberOf, originOf } from './words.js';

const one = originOf('a', 1);
const two = originOf('a', 2);
const lives = [memberOf(one), memberOf(two)];

describe('a contest for a name', () => {
  it('begins with the second life, and ends with one left', () => {
    const contests = new Contests(originOf('self'));
    expect(contests.opened(one.node, [memberOf(one)])).toBe(false);
    expect(contests.opened(one.node, lives)).toBe(true);
    contests.settled(one.node, lives);
    expect(contests.isOpen(one.node)).toBe(true);
    contests.settled(one.node, [memberOf(two)]);
    expect(contests.size).toBe(0);
  });

  it('is a conflict once two lives have answered, whichever came first (S5, M4)', () => {
    for (const order of [
      [one, two],
      [two, one],
    ] as const) {
      const contests = new Contests(originOf('self'));
      contests.opened(one.node, lives);
      expect(contests.answered(order[0], lives)).toEqual([]);
      expect(contests.answered(order[1], lives)).toEqual([one.epoch, two.epoch]);
      expect(contests.answered(order[1], lives)).toEqual([]);
    }
  });

  it('counts this very node as alive', () => {
    const contests = new Contests(one);
    contests.opened(one.node, lives);
    expect(contests.isReplaced(two, lives)).toBe(true);
    expect(contests.answered(two, lives)).toEqual([one.epoch, two.epoch]);
  });

  it('replaces a life only when another one has answered', () => {
    const contests = new Contests(originOf('self'));
    contests.opened(one.node, lives);
    expect(contests.isReplaced(one, lives)).toBe(false);
    contests.answered(two, lives);
    expect(contests.isReplaced(one, lives)).toBe(true);
    expect(contests.isReplaced(two, lives)).toBe(false);
  });
});
