import { originId } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highestTold, MESSAGE_LIMITS } from '../../src/mesh/message.js';
import { Origins } from '../../src/mesh/origins.js';
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
        expect(one.agreesWith(two.digest(0))).toBe(agree);
        expect(two.agreesWith(one.digest(0))).toBe(agree);
      }),
      { numRuns: 500 },
    );
  });

  it('tells the hottest heads first, at most headsMax', () => {
    const { vector } = vectorOf();
    for (let i = 0; i <= MESSAGE_LIMITS.headsMax; i++) vector.add(originOf(`n${i}`), 1, i);
    vector.add(originOf('n3'), 2, 100);
    const { heads } = vector.digest(100);
    expect(heads).toHaveLength(MESSAGE_LIMITS.headsMax);
    expect(heads[0]).toEqual({ origin: originOf('n3'), sequence: 2 });
    expect(heads.map(({ origin }) => origin.node)).not.toContain('n0');
  });

  it('tells no head of which nothing was heard for over 2 s: an idle digest has none', () => {
    const { vector } = vectorOf({ silentOriginMs: 10_000 });
    vector.add(A, 1, 0);
    vector.add(B, 1, 10, 5);
    expect(vector.digest(2_000).heads.map(({ origin }) => origin)).toEqual([B, A]);
    expect(vector.digest(2_005).heads.map(({ origin }) => origin)).toEqual([B]);
    expect(vector.digest(2_006).heads).toEqual([]);
  });

  it('tells nothing of a head of which no first event is here', () => {
    const { vector } = vectorOf();
    vector.add(A, 2, 0);
    expect(vector.digest(0)).toEqual(vectorOf().vector.digest(0));
    expect(vector.entries(0)).toEqual([{ origin: A, contiguous: 0, above: [{ from: 2, to: 2 }] }]);
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
    const [entry] = vector.entries(0);
    expect(entry?.above).toHaveLength(8);
    expect(entry && highestTold(entry)).toBe(101);
  });

  describe('ages (M3)', () => {
    it('a silent origin leaves hash, heads and vectors at G, and is forgotten at 2 G', () => {
      const { vector, forgotten } = vectorOf();
      vector.add(A, 1, 0);
      vector.age(999);
      expect(vector.digest(999).heads).toHaveLength(1);
      vector.age(1_000);
      expect(vectorOf().vector.agreesWith(vector.digest(1_000))).toBe(true);
      expect(vector.digest(1_000).heads).toEqual([]);
      expect(vector.entries(1_000)).toEqual([]);
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
      expect(vector.digest(1_000_000).heads).toEqual([{ origin: A, sequence: 2 }]);
    });

    it('this node itself is told of for ever, so that who links to it learns its head', () => {
      const { vector } = vectorOf();
      vector.add(SELF, 1, 0);
      vector.age(1_000_000);
      expect(vector.entries(1_000_000)).toEqual([
        { origin: SELF, contiguous: 1, above: [], silentMs: 1_000_000 },
      ]);
      expect(vector.silentSelf()).toMatchObject({ head: 1 });
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
        expect(one.agreesWith(two.digest(nowMs))).toBe(agree);
      }
    });

    it('one that is learned of late is as old as it was said to be, and leaves with the others', () => {
      const [one, two] = [vectorOf().vector, vectorOf().vector];
      one.add(A, 1, 0);
      two.add(A, 1, 900, 0);
      expect(two.entries(900)).toMatchObject([{ silentMs: 900 }]);
      for (const nowMs of [900, 999, 1_000, 1_999, 2_000]) {
        for (const vector of [one, two]) vector.age(nowMs);
        expect(one.agreesWith(two.digest(nowMs))).toBe(true);
        expect(two.contiguous(A)).toBe(one.contiguous(A));
      }
    });

    it('one that was silent for G already enters without being told of', () => {
      const { vector, forgotten } = vectorOf();
      vector.add(A, 1, 5_000, 4_000);
      expect(vector.contiguous(A)).toBe(1);
      expect(vector.entries(5_000)).toEqual([]);
      vector.age(5_999);
      expect(forgotten).toEqual([]);
      vector.age(6_000);
      expect(forgotten).toEqual([originId(A)]);
    });

    it('only a newest event makes it younger: a hole that is filled does not', () => {
      const { vector } = vectorOf();
      vector.add(A, 3, 0);
      vector.add(A, 1, 900);
      vector.close(A, rangeOf(2, 2), 950);
      vector.age(1_000);
      expect(vector.entries(1_000)).toEqual([]);
      vector.add(A, 4, 1_100);
      expect(vector.entries(1_100)).toEqual([{ origin: A, contiguous: 4, above: [] }]);
    });

    it('says how long ago it last learned anything of those it leaves out, not how old that was (F8)', () => {
      const { vector } = vectorOf();
      expect(vector.leftOut(0)).toEqual({});
      vector.add(A, 1, 0);
      vector.add(B, 1, 800, 100);
      expect(vector.digest(999)).not.toHaveProperty('leftOutMs');
      vector.age(1_000);
      expect(vector.leftOut(1_000)).toEqual({ leftOutMs: 1_000 });
      vector.age(1_100);
      expect(vector.leftOut(1_100)).toEqual({ leftOutMs: 300 });
      expect(vector.digest(1_200)).toMatchObject({ leftOutMs: 400 });
    });

    it('counts what lies above a hole as learned when it is left out: no digest ever spoke of it', () => {
      const { vector } = vectorOf();
      vector.add(A, 2, 0);
      vector.age(1_000);
      expect(vector.leftOut(1_000)).toEqual({ leftOutMs: 0 });
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

    it('says who must have been heard of later to enter, and that somebody was left out', () => {
      const { vector } = vectorOf({ originsMax: 2 });
      vector.add(A, 1, 5);
      expect(vector.fullSinceMs()).toBe(Number.NEGATIVE_INFINITY);
      vector.add(B, 1, 7);
      expect(vector.fullSinceMs()).toBe(5);
      vector.add(C, 1, 9);
      expect(vector.fullSinceMs()).toBe(7);
      expect(vector.evicted).toBe(1);
      expect(vector.leftOut(9)).toEqual({ leftOutMs: 4 });
    });

    it('lets the only remembered go first, however lately it was linked', () => {
      const { vector, forgotten } = vectorOf({ originsMax: 2 });
      vector.add(A, 1, 5_000);
      vector.add(B, 1, 5_000, 100);
      vector.add(C, 1, 5_000);
      expect(forgotten).toEqual([originId(B)]);
    });

    it('has the hash of what it still holds', () => {
      const [small, other] = [vectorOf({ originsMax: 1 }).vector, vectorOf().vector];
      small.add(A, 1, 0);
      small.add(B, 1, 0);
      other.add(B, 1, 0);
      expect(small.agreesWith(other.digest(0))).toBe(true);
    });
  });
});

describe('Vectors of several nodes that share one table of origins', () => {
  it('know each their own, and the table forgets whom nobody knows', () => {
    const origins = new Origins();
    const hooks = { isLinked: () => false, forgotten: () => undefined };
    const options = { originsMax: 8, silentOriginMs: 1_000 };
    const [one, two] = [
      new VersionVector(SELF, options, hooks, origins),
      new VersionVector(B, options, hooks, origins),
    ];
    one.add(A, 1, 0);
    expect([one.highest(A), two.highest(A)]).toEqual([1, 0]);
    two.add(A, 1, 500);
    expect(origins.size).toBe(1);
    expect(one.agreesWith(two.digest(500))).toBe(true);
    one.age(2_000);
    expect([one.highest(A), two.highest(A), origins.size]).toEqual([0, 1, 1]);
    two.age(2_500);
    expect(origins.size).toBe(0);
  });
});
