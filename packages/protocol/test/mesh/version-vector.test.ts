import { originId } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highestTold, MESSAGE_LIMITS } from '../../src/mesh/message.js';
import { rangeOf } from '../../src/mesh/sequence-set.js';
import { VersionVector, type VersionVectorOptions } from '../../src/mesh/version-vector.js';
import { originOf } from './words.js';

const SELF = originOf('self');
const [A, B, C] = [originOf('a'), originOf('b'), originOf('c')];

function vectorOf(options: Partial<VersionVectorOptions> = {}) {
  const forgotten: string[] = [];
  const linked = new Set<string>();
  const vector = new VersionVector(
    SELF,
    { originsMax: 1_024, silentOriginMs: 1_000, ...options },
    { isLinked: (id) => linked.has(id), forgotten: (id) => forgotten.push(id) },
  );
  return { vector, forgotten, linked };
}

const event = fc.tuple(fc.constantFrom(A, B, C), fc.integer({ min: 1, max: 12 }));
const events = fc.array(event, { maxLength: 40 });

describe('VersionVector', () => {
  it('says of every event once that it is new (M1)', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { vector } = vectorOf();
        const seen = new Set<string>();
        for (const [origin, sequence] of all) {
          const name = `${originId(origin)} ${sequence}`;
          expect(vector.add(origin, sequence, 0)).toBe(!seen.has(name));
          seen.add(name);
        }
      }),
    );
  });

  it('has the hash of another exactly when the contiguous heads agree, in whatever order they came', () => {
    fc.assert(
      fc.property(events, events, (left, right) => {
        const [one, two] = [vectorOf().vector, vectorOf().vector];
        for (const [origin, sequence] of left) one.add(origin, sequence, 0);
        for (const [origin, sequence] of right) two.add(origin, sequence, 0);
        const agree = [A, B, C].every((o) => one.contiguous(o) === two.contiguous(o));
        expect(one.agreesWith(two.digest())).toBe(agree);
        expect(two.agreesWith(one.digest())).toBe(agree);
      }),
      { numRuns: 500 },
    );
  });

  it('tells the hottest heads first, at most headsMax', () => {
    const { vector } = vectorOf();
    for (let i = 0; i <= MESSAGE_LIMITS.headsMax; i++) vector.add(originOf(`n${i}`), 1, i);
    vector.add(originOf('n3'), 2, 100);
    const { heads } = vector.digest();
    expect(heads).toHaveLength(MESSAGE_LIMITS.headsMax);
    expect(heads[0]).toEqual({ origin: originOf('n3'), sequence: 2 });
    expect(heads.map(({ origin }) => origin.node)).not.toContain('n0');
  });

  it('closes what is lost, but nothing above the highest event seen, and no unknown origin (F8)', () => {
    const { vector } = vectorOf();
    vector.add(A, 5, 0);
    vector.close(A, rangeOf(1, Number.MAX_SAFE_INTEGER), 0);
    vector.close(B, rangeOf(1, 9), 0);
    expect(vector.contiguous(A)).toBe(5);
    expect(vector.add(A, 6, 0)).toBe(true);
    expect(vector.origins).toBe(1);
  });

  it('tells of ranges above the head, the highest ones, so that a vector fits a frame', () => {
    const { vector } = vectorOf();
    for (let s = 3; s <= 101; s += 2) vector.add(A, s, 0);
    const [entry] = vector.entries();
    expect(entry?.above).toHaveLength(8);
    expect(entry && highestTold(entry)).toBe(101);
  });

  describe('ages (M3)', () => {
    it('a silent origin leaves hash, heads and vectors at G, and is forgotten at 2 G', () => {
      const { vector, forgotten } = vectorOf();
      vector.add(A, 1, 0);
      vector.age(999);
      expect(vector.digest().heads).toHaveLength(1);
      vector.age(1_000);
      expect(vector.digest()).toEqual(vectorOf().vector.digest());
      expect(vector.entries()).toEqual([]);
      vector.age(1_999);
      expect(vector.contiguous(A)).toBe(1);
      vector.age(2_000);
      expect(vector.contiguous(A)).toBe(0);
      expect(forgotten).toEqual([originId(A)]);
    });

    it('a linked origin is remembered however silent, so that its next event leaves no hole', () => {
      const { vector, linked } = vectorOf();
      vector.add(A, 1, 0);
      linked.add(originId(A));
      vector.age(1_000_000);
      expect(vector.add(A, 2, 1_000_000)).toBe(true);
      expect(vector.contiguous(A)).toBe(2);
      expect(vector.digest().heads).toEqual([{ origin: A, sequence: 2 }]);
    });

    it('this node itself is told of for ever, so that who links to it learns its head', () => {
      const { vector } = vectorOf();
      vector.add(SELF, 1, 0);
      vector.age(1_000_000);
      expect(vector.entries()).toEqual([{ origin: SELF, contiguous: 1, above: [] }]);
    });

    it('two nodes that heard of it at different times agree before, and again after', () => {
      const [one, two] = [vectorOf().vector, vectorOf().vector];
      one.add(A, 1, 0);
      two.add(A, 1, 500);
      for (const [nowMs, agree] of [
        [999, true],
        [1_200, false],
        [1_500, true],
        [5_000, true],
      ] as const) {
        one.age(nowMs);
        two.age(nowMs);
        expect(one.agreesWith(two.digest())).toBe(agree);
      }
    });
  });

  describe('is bounded by originsMax', () => {
    it('holds that many, and forgets the most silent for one more', () => {
      const { vector, forgotten } = vectorOf({ originsMax: 2 });
      vector.add(A, 1, 0);
      vector.add(B, 1, 1);
      expect(forgotten).toEqual([]);
      vector.add(C, 1, 2);
      expect(forgotten).toEqual([originId(A)]);
      expect(vector.origins).toBe(2);
    });

    it('never forgets this node itself, and a linked origin last', () => {
      const { vector, forgotten, linked } = vectorOf({ originsMax: 3 });
      vector.add(SELF, 1, 0);
      vector.add(A, 1, 1);
      vector.add(B, 1, 2);
      linked.add(originId(A));
      vector.add(C, 1, 3);
      linked.add(originId(C));
      vector.add(originOf('d'), 1, 4);
      expect(forgotten).toEqual([originId(B), originId(A)]);
      expect(vector.contiguous(SELF)).toBe(1);
    });

    it('has the hash of what it still holds', () => {
      const [small, other] = [vectorOf({ originsMax: 1 }).vector, vectorOf().vector];
      small.add(A, 1, 0);
      small.add(B, 1, 0);
      other.add(B, 1, 0);
      expect(small.agreesWith(other.digest())).toBe(true);
    });
  });
});
