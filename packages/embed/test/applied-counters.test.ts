import { describe, expect, test } from 'vitest';
import { AppliedCounters } from '../src/applied-counters.js';

describe('what was applied', () => {
  test('is counted by the way that it came, resets also by a clock jump (F3)', () => {
    const counters = new AppliedCounters();
    counters.applied(2, 'gossip');
    counters.applied(1, 'log');
    counters.applied(3, 'local');
    counters.reset('first-use');
    counters.reset('clock-jump');
    expect(counters.read()).toEqual({
      appliedByGossip: 2,
      appliedByLog: 1,
      appliedLocally: 3,
      resets: 2,
      resetsByClockJump: 1,
    });
  });
});
