import { expect, it } from 'vitest';
import { LEASE_TERMS } from '../../src/freshness/lease-terms.js';

const { rightShare, jumpShare, renewShare, waitShare } = LEASE_TERMS;

it('a revoker waits longer than any right lasts, with both clocks off by a tenth (S1, S2)', () => {
  const off = 0.1;
  const rightInRealTime = (rightShare + jumpShare) / (1 - off);
  const waitInRealTime = waitShare / (1 + off);
  expect(waitInRealTime).toBeGreaterThan(rightInRealTime);
});

it('a renewal that takes half a right leaves no pause between rights', () => {
  expect(renewShare + rightShare / 2).toBeLessThanOrEqual(rightShare);
});
