import type { Origin, Sequence } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { Claims } from '../../src/mesh/claims.js';
import { Horizon } from '../../src/mesh/horizon.js';
import { newLink } from '../../src/mesh/link.js';
import type { VectorEntry } from '../../src/mesh/message.js';
import { RepairBench } from './repair-bench.js';
import { originOf } from './words.js';

const [SELF, P, O] = [originOf('self'), originOf('p'), originOf('o')];
const G_MS = 8_000;
/** A node that began at 0 takes in nobody of before who is silent for this long. */
const LAST_MS = 7_000;

const told = (origin: Origin, head: number, silentMs = 0): VectorEntry => ({
  origin,
  contiguous: head as Sequence,
  above: [],
  silentMs,
});

/** Claims upon a repair that is moved by hand, after the first vector. */
function claimsAt(nowMs: number) {
  const bench = new RepairBench();
  bench.nowMs = nowMs;
  bench.peers = [P];
  bench.past.join(P, []);
  const horizon = new Horizon();
  horizon.at(0);
  const { vector, past, repair } = bench;
  const claims = new Claims(SELF, vector, past, repair, horizon, { silentOriginMs: G_MS });
  const link = newLink(P, nowMs, true);
  return {
    ...{ bench, horizon, link },
    take: (...entries: VectorEntry[]) => claims.entries(link, entries, false, bench.nowMs),
  };
}

describe('Claims', () => {
  it('are what a peer has of others that is missing here', () => {
    const { bench, take } = claimsAt(0);
    bench.has(O, 1, 2);
    expect(take(told(SELF, 99), told(O, 2))).toMatchObject({ isBehind: false });
    expect(take(told(SELF, 99), told(O, 3))).toMatchObject({ isBehind: true });
    expect(bench.asked(100)).toEqual(['p: o 3']);
  });

  it('tell how old an event is when it comes', () => {
    const { bench, take } = claimsAt(5_000);
    take(told(O, 3, 4_000));
    expect(bench.repair.heardAtMs(O, 3, 5_100)).toBe(1_000);
  });

  it('are none on an origin of before this node began that all are about to let go of (M3)', () => {
    const { bench, take } = claimsAt(LAST_MS - 1);
    expect(take(told(O, 3, LAST_MS))).toEqual({ isBehind: false, proven: [], isBlind: false });
    expect(bench.repair.wanted).toBe(0);
    expect(take(told(O, 3, LAST_MS - 1))).toMatchObject({ isBehind: true });
  });

  it('are claims on it, however old, if it was heard of since this node began: then it was missed', () => {
    const { bench, take } = claimsAt(LAST_MS + 1);
    take(told(O, 3, LAST_MS));
    expect(bench.asked(100)).toEqual(['p: o 1..3']);
  });

  it('are claims on it if it is known here', () => {
    const { bench, take } = claimsAt(100);
    bench.has(O, 1);
    expect(take(told(O, 3, LAST_MS))).toMatchObject({ isBehind: true });
  });

  it('are none on an origin that would be forgotten at once, as by a peer that remembers for longer', () => {
    const { bench, horizon, take } = claimsAt(3 * G_MS);
    expect(take(told(O, 3, 2 * G_MS))).toMatchObject({ isBehind: false, isBlind: true });
    expect(bench.repair.wanted).toBe(0);
    horizon.declared(3 * G_MS);
    expect(take(told(O, 3, 2 * G_MS))).toMatchObject({ isBlind: false });
    expect(take(told(P, 3, 2 * G_MS))).toMatchObject({ isBehind: true });
  });

  it('of a silent peer on itself are taken, so that its next event leaves no hole, but it is told to nobody', () => {
    const { bench, take } = claimsAt(100);
    take(told(P, 3, LAST_MS));
    expect(bench.asked(100)).toEqual(['p: p 3']);
    expect(bench.repair.heardAtMs(P, 3, bench.nowMs)).toBe(100 - G_MS);
  });

  describe('of a peer on itself that was here before, and was forgotten', () => {
    it('are on its newest event alone, and the rest is not lost', () => {
      const { bench, horizon, link, take } = claimsAt(50_000);
      link.asOfMs = 20_000;
      horizon.agreed(link);
      take(told(P, 9, 30_000));
      expect(bench.asked(100)).toEqual(['p: p 9']);
      bench.vector.add(P, 9, bench.nowMs);
      expect(bench.past.seen(P)).toMatchObject({ isLost: false });
    });

    it('are on all of it where something came after the two had agreed', () => {
      const { bench, horizon, link, take } = claimsAt(50_000);
      link.asOfMs = 20_000;
      horizon.agreed(link);
      take(told(P, 9, 29_999));
      expect(bench.asked(100)).toEqual(['p: p 1..9']);
    });

    it('are on all of it where somebody else says so', () => {
      const { bench, horizon, link, take } = claimsAt(50_000);
      link.asOfMs = 40_000;
      horizon.agreed(link);
      take(told(O, 9, 15_000));
      expect(bench.asked(100)).toEqual(['p: o 1..9']);
    });
  });
});
