import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutAbove,
  type Range,
  rangeOf,
  SequenceSet,
  subtract,
} from '../../src/mesh/sequence-set.js';

const HIGHEST = 60;
const span = fc
  .tuple(fc.integer({ min: 1, max: HIGHEST }), fc.nat(8))
  .map(([from, length]) => rangeOf(from, from + length));
const spans = fc.array(span, { maxLength: 30 });

const numbers = (ranges: readonly Range[]) => {
  const found: number[] = [];
  for (const { from, to } of ranges) for (let s = from as number; s <= to; s++) found.push(s);
  return found;
};
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
/** Makes any ranges ascending and disjoint. */
const tidy = (ranges: readonly Range[]) => {
  const inside = new Set(numbers(ranges));
  return upTo(HIGHEST + 10)
    .filter((s) => inside.has(s))
    .map((s) => rangeOf(s, s));
};

describe('SequenceSet', () => {
  it('holds what a set of numbers holds, in ascending disjoint ranges', () => {
    fc.assert(
      fc.property(spans, (added) => {
        const set = new SequenceSet(64);
        const model = new Set<number>();
        for (const range of added) {
          expect(set.add(range.from, range.to)).toBe(true);
          for (const s of numbers([range])) model.add(s);
        }
        let contiguous = 0;
        while (model.has(contiguous + 1)) contiguous++;
        expect(set.contiguous).toBe(contiguous);
        expect(set.highest).toBe(Math.max(0, ...model));
        for (const s of upTo(HIGHEST + 10)) expect(set.has(s)).toBe(model.has(s));
        expect([...upTo(contiguous), ...numbers(set.above)]).toEqual(
          [...model].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('keeps its ranges ascending, disjoint and never adjacent', () => {
    fc.assert(
      fc.property(spans, (added) => {
        const set = new SequenceSet(64);
        for (const range of added) set.add(range.from, range.to);
        let end: number = set.contiguous;
        for (const range of set.above) {
          expect(range.from).toBeGreaterThan(end + 1);
          end = range.to;
        }
      }),
    );
  });

  it('misses exactly what it does not hold', () => {
    fc.assert(
      fc.property(spans, span, (added, { from, to }) => {
        const set = new SequenceSet(64);
        for (const range of added) set.add(range.from, range.to);
        const missing = numbers([rangeOf(from, to)]).filter((s) => !set.has(s));
        expect(numbers(set.missing(from, to))).toEqual(missing);
      }),
    );
  });

  it('holds rangesMax ranges, refuses one more, and takes it once a hole is filled', () => {
    const set = new SequenceSet(2);
    expect(set.add(3, 3)).toBe(true);
    expect(set.add(5, 5)).toBe(true);
    expect(set.add(7, 7)).toBe(false);
    expect(set.has(7)).toBe(false);
    expect(set.add(4, 4)).toBe(true);
    expect(set.add(7, 7)).toBe(true);
    expect(set.above).toEqual([rangeOf(3, 5), rangeOf(7, 7)]);
  });

  it('knows the highest sequence even where it could not be remembered, so that it is repaired', () => {
    const set = new SequenceSet(1);
    set.add(3, 3);
    set.add(9, 9);
    expect(set.highest).toBe(9);
    expect(set.missing(1, set.highest)).toEqual([rangeOf(1, 2), rangeOf(4, 9)]);
  });

  it('never refuses what joins the beginning, so that repair from below always makes progress', () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 2 }), (added, rangesMax) => {
        const set = new SequenceSet(rangesMax);
        for (const range of added) set.add(range.from, range.to);
        for (let s = set.contiguous + 1; s <= set.highest; s++) set.add(s, s);
        expect(set.contiguous).toBe(set.highest);
        expect(set.above).toEqual([]);
      }),
    );
  });

  it('takes the largest sequences there are in constant space', () => {
    const set = new SequenceSet(4);
    set.add(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    expect(set.missing(1, Number.MAX_SAFE_INTEGER)).toEqual([
      rangeOf(1, Number.MAX_SAFE_INTEGER - 1),
    ]);
    set.add(1, Number.MAX_SAFE_INTEGER - 1);
    expect(set.contiguous).toBe(Number.MAX_SAFE_INTEGER);
    expect(set.above).toEqual([]);
  });
});

describe('ranges', () => {
  it('subtract as sets do', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        const [from, less] = [merged(a), merged(b)];
        const holes = new Set(numbers(less));
        expect(numbers(subtract(from, less))).toEqual(numbers(from).filter((s) => !holes.has(s)));
      }),
    );
  });

  it('are cut above a sequence', () => {
    fc.assert(
      fc.property(spans, fc.nat(HIGHEST), (a, through) => {
        const ranges = tidy(a);
        expect(numbers(cutAbove(ranges, through))).toEqual(
          numbers(ranges).filter((s) => s <= through),
        );
      }),
    );
    expect(cutAbove([rangeOf(1, 9)], 4)).toEqual([rangeOf(1, 4)]);
  });
});

function merged(ranges: readonly Range[]): Range[] {
  const set = new SequenceSet(64);
  for (const { from, to } of ranges) set.add(from + 1, to + 1);
  return [...set.above];
}
