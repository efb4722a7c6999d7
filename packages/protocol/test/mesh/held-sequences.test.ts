import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldSequences } from '../../src/mesh/held-sequences.js';
import { SequenceSet } from '../../src/mesh/sequence-set.js';

const RANGES_MAX = 4;
const SEQUENCES = Array.from({ length: 50 }, (_, i) => i + 1);
const range = fc
  .tuple(fc.nat(30), fc.integer({ min: 1, max: 40 }), fc.nat(6))
  .map(([number, from, length]) => ({ number, from, to: from + length }));

describe('HeldSequences', () => {
  it('holds of each number what a set of its own would', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 60 }), (ranges) => {
        const held = new HeldSequences(RANGES_MAX);
        const sets = new Map<number, SequenceSet>();
        for (const [i, { number, from, to }] of ranges.entries()) {
          const set = sets.get(number) ?? new SequenceSet(RANGES_MAX);
          sets.set(number, set);
          set.add(from, to);
          held.add(number, from, to, i);
          expect(held.changedAtMs(number)).toBe(i);
        }
        for (let number = 0; number <= 30; number++) {
          const set = sets.get(number) ?? new SequenceSet(RANGES_MAX);
          expect({
            contiguous: held.contiguous(number),
            highest: held.highest(number),
            above: held.above(number),
            missing: held.missing(number, 1, 50),
            has: SEQUENCES.filter((s) => held.has(number, s)),
          }).toEqual({
            contiguous: set.contiguous,
            highest: set.highest,
            above: set.above,
            missing: set.missing(1, 50),
            has: SEQUENCES.filter((s) => set.has(s)),
          });
        }
      }),
    );
  });

  it('holds nothing of a number that was cleared', () => {
    const held = new HeldSequences(RANGES_MAX);
    for (const number of [0, 1]) {
      held.add(number, 1, 5, 0);
      held.add(number, 9, 9, 0);
    }
    held.clear(0);
    expect([held.contiguous(0), held.highest(0), held.above(0)]).toEqual([0, 0, []]);
    expect([held.contiguous(1), held.highest(1)]).toEqual([5, 9]);
  });
});
