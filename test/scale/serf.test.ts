import { describe, expect, test } from 'vitest';
import { serfConvergenceMs } from './serf.ts';

describe("serf's formula gives the times that are quoted for it, as rounded there", () => {
  test.each([
    [10, 0, 1.6],
    [100, 0, 1.8],
    [1_000, 0, 2.2],
    [10_000, 0, 2.5],
    [10, 0.3, 2.2],
    [1_000, 0.3, 3.1],
    [10_000, 0.3, 3.5],
  ])('%i nodes, loss %f: 99.99 % after %f s', (nodes, loss, seconds) => {
    const ms = serfConvergenceMs({ nodes, loss, share: 0.9999 });
    expect(Math.abs(ms / 1_000 - seconds)).toBeLessThan(0.06);
  });
});
