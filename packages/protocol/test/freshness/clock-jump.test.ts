import { describe, expect, it } from 'vitest';
import { ClockJump } from '../../src/freshness/clock-jump.js';

describe('a jump between wall and monotonic time (F3)', () => {
  const observe = (wallMs: number, nowMs: number) => {
    const clockJump = new ClockJump(500);
    clockJump.observe(1_000_000, 1000);
    return clockJump.observe(1_000_000 + wallMs, 1000 + nowMs);
  };

  it('is not seen in the first observation', () => {
    expect(new ClockJump(500).observe(1_000_000, 1)).toBe(false);
  });

  it.each([
    ['both ran, however long', 60_000, 60_000, false],
    ['apart by the limit', 1500, 1000, false],
    ['apart by more: the monotonic clock stood still', 1501, 1000, true],
    ['back by the limit', 500, 1000, false],
    ['back by more: the wall clock was set', 499, 1000, true],
  ])('%s', (_, wallMs, nowMs, jumped) => {
    expect(observe(wallMs, nowMs)).toBe(jumped);
  });

  it('is counted once', () => {
    const clockJump = new ClockJump(500);
    clockJump.observe(1_000_000, 1000);
    expect(clockJump.observe(1_060_000, 1000)).toBe(true);
    expect(clockJump.observe(1_060_100, 1100)).toBe(false);
  });
});
