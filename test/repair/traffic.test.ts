import { describe, expect, test } from 'vitest';
import { idleBytesPerSecond } from '../../bench/repair/idle-digests.ts';
import { Pair } from '../../bench/repair/reconciliation.ts';

describe('the digests of an idle node', () => {
  test.each([2, 50, 1_000, 10_000])('of %i take at most 2 KB a second, encoded', (nodes) => {
    const bytes = idleBytesPerSecond(nodes, 10);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(2_000);
  });

  test('take no more with the number of nodes', () => {
    expect(idleBytesPerSecond(10_000, 10)).toBe(idleBytesPerSecond(100, 10));
  });
});

describe('finding out what differs', () => {
  test('costs what differs, where vectors are long', () => {
    const [shorter, longer] = [new Pair(400, true), new Pair(1_600, true)];
    for (const count of [1, 10, 40]) {
      const [a, b] = [shorter.differ(count), longer.differ(count)];
      expect([a.isComplete, b.isComplete]).toEqual([true, true]);
      expect(b.bytes).toBeLessThanOrEqual(1.5 * a.bytes);
      expect(b.bytes).toBeLessThanOrEqual(1_000 + 250 * count);
      expect(b.roundTrips).toBeLessThanOrEqual(4);
    }
  });

  test('costs both vectors, where they are short, and with a peer of before sketches', () => {
    for (const [origins, sketches] of [
      [150, true],
      [400, false],
    ] as const) {
      const { isComplete, bytes, roundTrips } = new Pair(origins, sketches).differ(1);
      expect([isComplete, roundTrips]).toEqual([true, 1]);
      expect(bytes).toBeGreaterThan(50 * origins);
    }
  });
});
