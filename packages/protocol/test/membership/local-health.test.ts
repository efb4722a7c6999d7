import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LocalHealth, lagOf } from '../../src/membership/local-health.js';
import { MEMBERSHIP_DEFAULTS } from '../../src/membership/options.js';

function health(): LocalHealth {
  return new LocalHealth(MEMBERSHIP_DEFAULTS);
}

describe('local health', () => {
  it.each<[string, (one: LocalHealth) => void, number]>([
    ['a failed probe without helpers', (one) => one.probeFailed(0, 0), 3],
    ['a failed probe that all helpers confirm', (one) => one.probeFailed(3, 3), 2],
    ['a failed probe with one nack missed', (one) => one.probeFailed(3, 2), 3],
    ['a failed probe with all nacks missed', (one) => one.probeFailed(3, 0), 5],
    ['having to refute', (one) => one.refuted(), 3],
    ['a successful probe', (one) => one.probeSucceeded(), 1],
  ])('%s', (_, act, value) => {
    const one = health();
    one.refuted();
    one.refuted();
    act(one);
    expect(one.value).toBe(value);
  });

  it('stays within 0 and its maximum', () => {
    const step = fc.constantFrom<((one: LocalHealth) => void)[]>(
      (one) => one.probeFailed(3, 0),
      (one) => one.probeFailed(0, 0),
      (one) => one.refuted(),
      (one) => one.probeSucceeded(),
      (one) => one.observeDelay(60_000, 0),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const one = health();
        for (const act of steps) act(one);
        expect(one.value).toBeGreaterThanOrEqual(0);
        expect(one.value).toBeLessThanOrEqual(MEMBERSHIP_DEFAULTS.healthMax);
      }),
    );
  });

  it.each([
    [0, 0],
    [99, 0],
    [100, 1],
    [199, 1],
    [200, 2],
    [400, 3],
    [2_000, 5],
    [1e9, 8],
    [Number.NaN, 0],
  ])('an event-loop delay of %d ms counts %i', (delayMs, lag) => {
    expect(lagOf(delayMs, 100, 8)).toBe(lag);
  });

  it('recovers from a delay one step each probe interval', () => {
    const one = health();
    one.observeDelay(450, 0);
    const values = [0, 400, 500, 900, 1_000, 1_500, 2_000].map((atMs) => {
      one.observeDelay(0, atMs);
      return one.value;
    });
    expect(values).toEqual([3, 3, 2, 2, 1, 0, 0]);
  });
});
