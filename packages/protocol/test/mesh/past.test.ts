import type { Origin, Sequence } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import type { VectorEntry } from '../../src/mesh/message.js';
import { Past } from '../../src/mesh/past.js';
import { rangeOf } from '../../src/mesh/sequence-set.js';
import { VersionVector } from '../../src/mesh/version-vector.js';
import { originOf } from './words.js';

const [O, P, Q, R, S] = ['o', 'p', 'q', 'r', 's'].map((name) => originOf(name)) as [
  Origin,
  Origin,
  Origin,
  Origin,
  Origin,
];

const told = (origin: Origin, head: number): VectorEntry => ({
  origin,
  contiguous: head as Sequence,
  above: [],
});

function pastWith(...seen: number[]) {
  const vector = new VersionVector(
    originOf('self'),
    { originsMax: 16, silentOriginMs: 1e9 },
    { isLinked: () => true, forgotten: () => undefined },
  );
  for (const s of seen) vector.add(O, s, 0);
  return { vector, past: new Past(vector) };
}

describe('Past (the joiner)', () => {
  it('of the first vector wants only the newest event of each origin', () => {
    const { past } = pastWith();
    expect(past.join(P, [told(O, 9), told(Q, 1)])).toEqual([]);
    expect([past.through(O), past.through(Q)]).toEqual([8, 0]);
  });

  it('is over with the first vector, even an empty one: what comes later was missed', () => {
    const { past } = pastWith();
    past.join(P, []);
    past.join(Q, [told(O, 9)]);
    expect(past.through(O)).toBe(0);
  });

  it('takes the parts of one vector for one, and another peer for another', () => {
    const { past } = pastWith();
    past.join(P, [told(O, 9)], true);
    past.join(Q, [told(R, 9)]);
    past.join(P, [told(Q, 9)]);
    past.join(P, [told(S, 9)]);
    expect([O, Q, R, S].map((origin) => past.through(origin))).toEqual([8, 8, 0, 0]);
  });

  it('begins anew when the peer is gone before it has told all', () => {
    const { past, vector } = pastWith();
    past.join(P, [told(O, 9)], true);
    vector.add(O, 9, 0);
    past.seen(O);
    past.forgetPeer(P);
    past.join(Q, [told(R, 4)]);
    expect(past.through(R)).toBe(3);
  });

  it('is lost once an event above it proves it (F8)', () => {
    const { past, vector } = pastWith();
    past.join(P, [told(O, 9)]);
    vector.add(O, 9, 0);
    expect(past.seen(O)).toEqual({ ranges: [rangeOf(1, 8)], isLost: true });
    expect(past.seen(O).ranges).toEqual([]);
    expect(past.through(O)).toBe(0);
  });

  it('is lost only as far as the event proves it; the rest is wanted again', () => {
    const { past, vector } = pastWith();
    past.join(P, [told(O, Number.MAX_SAFE_INTEGER)]);
    vector.add(O, 3, 0);
    expect(past.seen(O).ranges).toEqual([rangeOf(1, 2)]);
    expect(past.through(O)).toBe(0);
  });

  it('names the origins of which an event came before the vector', () => {
    const { past } = pastWith(7, 8);
    expect(past.join(P, [told(O, 9)])).toEqual([O]);
    expect(past.seen(O).ranges).toEqual([rangeOf(1, 6)]);
  });

  it('does not touch an origin that is known from its first event', () => {
    const { past } = pastWith(1);
    expect(past.join(P, [told(O, 9)])).toEqual([]);
    expect(past.through(O)).toBe(0);
  });

  it('of an origin that was known here and forgotten is not lost: only its newest event is wanted', () => {
    const { past, vector } = pastWith();
    past.join(P, []);
    past.forgotten(told(O, 9));
    expect(past.through(O)).toBe(8);
    vector.add(O, 9, 0);
    expect(past.seen(O)).toEqual({ ranges: [rangeOf(1, 8)], isLost: false });
  });

  it('is dropped when its head is refuted, or its claimant is gone before it was proven', () => {
    const { past } = pastWith();
    past.join(P, [told(O, 9), told(Q, 9)]);
    past.refuted(O);
    expect(past.through(O)).toBe(0);
    past.forgetPeer(Q);
    expect(past.through(Q)).toBe(8);
    past.forgetPeer(P);
    expect(past.through(Q)).toBe(0);
    past.join(Q, [told(O, 4)]);
    expect(past.through(O)).toBe(3);
  });

  it('does not begin anew when all of it was proven', () => {
    const { past, vector } = pastWith();
    past.join(P, [told(O, 9)]);
    vector.add(O, 9, 0);
    past.seen(O);
    past.forgetPeer(P);
    past.join(P, [told(Q, 9)]);
    expect(past.through(Q)).toBe(0);
  });
});
