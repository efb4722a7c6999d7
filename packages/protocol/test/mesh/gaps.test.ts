import { describe, expect, it } from 'vitest';
import { Gaps } from '../../src/mesh/gaps.js';
import { rangeOf } from '../../src/mesh/sequence-set.js';
import { VersionVector } from '../../src/mesh/version-vector.js';
import { gapsOf, originOf, range } from './words.js';

const O = originOf('o');

function gapsWith(...seen: number[]) {
  const vector = new VersionVector(
    originOf('self'),
    { originsMax: 16, silentOriginMs: 1e9 },
    { isLinked: () => true, forgotten: () => undefined },
  );
  for (const s of seen) vector.add(O, s, 0);
  return { vector, gaps: new Gaps(vector) };
}

describe('Gaps', () => {
  it('declares what is lost, with its ranges, and is open until the host has closed it', () => {
    const { gaps } = gapsWith(5);
    const [gap] = gapsOf(gaps.declare(O, [rangeOf(1, 4)], 'in no journal', 0));
    expect(gap).toMatchObject({ lost: [range(O, 1, 4)], gapId: 1 });
    expect(gap?.reason).toContain('1..4 in no journal');
    expect(gaps.open).toBe(1);
    expect(gaps.closed(1)).toEqual([]);
    expect(gaps.open).toBe(0);
  });

  it('counts the lost as held at once, so that nobody is asked for it again', () => {
    const { gaps, vector } = gapsWith(5);
    gaps.declare(O, [rangeOf(1, 4)], '', 0);
    expect(vector.contiguous(O)).toBe(5);
  });

  it('ignores the closing of a gap that is not open', () => {
    const { gaps } = gapsWith(5);
    gaps.declare(O, [rangeOf(1, 4)], '', 0);
    gaps.closed(7);
    gaps.closed(1);
    gaps.closed(1);
    expect(gaps.open).toBe(0);
  });

  it('opens 16 at once; what is lost meanwhile waits as one and counts as open', () => {
    const { gaps } = gapsWith();
    for (let i = 1; i <= 16; i++) expect(gaps.declareUnknown('x')).toHaveLength(1);
    expect(gaps.declare(O, [rangeOf(1, 2)], 'x', 0)).toEqual([]);
    expect(gaps.declare(O, [rangeOf(4, 5)], 'x', 0)).toEqual([]);
    expect(gaps.open).toBe(17);
    const [waited] = gapsOf(gaps.closed(3));
    expect(waited).toMatchObject({ gapId: 17, lost: [range(O, 1, 2), range(O, 4, 5)] });
    for (let id = 1; id <= 17; id++) gaps.closed(id);
    expect(gaps.open).toBe(0);
  });

  it('lists a bounded number of ranges however much waits', () => {
    const { gaps } = gapsWith();
    for (let i = 1; i <= 16; i++) gaps.declareUnknown('x');
    for (let i = 1; i <= 1_100; i++) gaps.declare(O, [rangeOf(2 * i, 2 * i)], 'x', 0);
    expect(gapsOf(gaps.closed(1))[0]?.lost).toHaveLength(1_024);
  });

  it('names at most four spans in its reason', () => {
    const { gaps } = gapsWith();
    const ranges = [1, 3, 5, 7, 9].map((s) => rangeOf(s, s));
    expect(gapsOf(gaps.declare(O, ranges, 'x', 0))[0]?.reason).toContain('7..7,… x');
  });
});
