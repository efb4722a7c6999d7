import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashHead, hashOrigin } from '../../src/mesh/origin-hash.js';
import { originOf } from './words.js';

describe('origin hash', () => {
  it('gives a sequence of 0 no share', () => {
    expect(hashHead(hashOrigin(originOf('a')), 0)).toEqual({ low: 0, high: 0 });
  });

  it('is an unsigned 32-bit pair for every sequence there is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.maxSafeNat(), (name, sequence) => {
        const { low, high } = hashHead(hashOrigin(originOf(name)), sequence);
        for (const half of [low, high]) expect(half).toBe(half >>> 0);
      }),
    );
  });

  it('tells apart sequences, also beyond 32 bits, and origins, by either half', () => {
    const seen = { low: new Set<number>(), high: new Set<number>() };
    const sequences = [1, 2, 3, 2 ** 32, 2 ** 32 + 1, 2 ** 33, Number.MAX_SAFE_INTEGER];
    for (const node of ['a', 'b', 'ab', 'ba'])
      for (const life of [1, 2])
        for (const sequence of sequences) {
          const pair = hashHead(hashOrigin(originOf(node, life)), sequence);
          seen.low.add(pair.low);
          seen.high.add(pair.high);
        }
    expect([seen.low.size, seen.high.size]).toEqual([56, 56]);
  });

  it('does not cancel out where two origins exchange their heads', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (m, n) => {
        fc.pre(m !== n && m > 0 && n > 0);
        const [a, b] = [hashOrigin(originOf('a')), hashOrigin(originOf('b'))];
        const straight = (hashHead(a, m).low + hashHead(b, n).low) >>> 0;
        const crossed = (hashHead(a, n).low + hashHead(b, m).low) >>> 0;
        const straightHigh = (hashHead(a, m).high + hashHead(b, n).high) >>> 0;
        const crossedHigh = (hashHead(a, n).high + hashHead(b, m).high) >>> 0;
        expect([straight, straightHigh]).not.toEqual([crossed, crossedHigh]);
      }),
    );
  });
});
