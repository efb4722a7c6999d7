import { describe, expect, it } from 'vitest';
import { Stall } from '../../src/membership/stall.js';

const OPTIONS = { tickMs: 100, stallToleranceMs: 2_000 };

describe('an own stall', () => {
  it('is a tick that is late by more than a tick, and is noticed once', () => {
    const stall = new Stall(OPTIONS, 0);
    expect(stall.observe(200)).toBe(0);
    expect(stall.observe(201)).toBe(101);
    expect(stall.observe(202)).toBe(0);
  });

  it('is none when ticks come in time', () => {
    const stall = new Stall(OPTIONS, 0);
    for (let atMs = 0; atMs < 5_000; atMs += 110) {
      expect(stall.observe(atMs)).toBe(0);
      stall.tick(atMs);
    }
  });

  it('of half of what is tolerated is to blame for closed links for a while', () => {
    const short = new Stall(OPTIONS, 0);
    short.observe(1_099);
    expect(short.isToBlame(1_099)).toBe(false);
    const long = new Stall(OPTIONS, 0);
    long.observe(1_100);
    expect(long.isToBlame(1_100)).toBe(true);
    expect(long.isToBlame(3_099)).toBe(true);
    expect(long.isToBlame(3_100)).toBe(false);
  });
});
