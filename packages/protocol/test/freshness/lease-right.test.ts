import { describe, expect, it } from 'vitest';
import { LeaseRight } from '../../src/freshness/lease-right.js';

const OFFSET_MS = 1_000_000;

function granted(): LeaseRight {
  const right = new LeaseRight();
  right.grant(800, OFFSET_MS, 20);
  return right;
}

describe('a right (S1)', () => {
  it('is not there before it is granted, nor after it was ended', () => {
    expect(new LeaseRight().holds(0, 0)).toBe(false);
    const right = granted();
    right.end();
    expect(right.holds(0, OFFSET_MS)).toBe(false);
  });

  it('holds before its end, and not at it', () => {
    const right = granted();
    expect(right.holds(799.9, OFFSET_MS + 799.9)).toBe(true);
    expect(right.holds(800, OFFSET_MS + 800)).toBe(false);
    expect(right.leftMs(799)).toBe(1);
    expect(right.leftMs(900)).toBe(-100);
  });

  it('holds while the clocks have parted by no more than its jump, either way (F3)', () => {
    const right = granted();
    for (const byMs of [20, -20]) {
      expect(right.holds(100, OFFSET_MS + 100 + byMs)).toBe(true);
      expect(right.holds(100, OFFSET_MS + 100 + byMs * 1.01)).toBe(false);
    }
  });
});
