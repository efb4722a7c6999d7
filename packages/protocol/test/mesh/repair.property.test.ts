import { type Origin, originId } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../src/mesh/journal.js';
import type { SequenceRange } from '../../src/mesh/message.js';
import { RepairBench } from './repair-bench.js';
import { announce, originOf } from './words.js';

const O = originOf('o');
const TURNS_MAX = 5_000;

/** A repair whose peers answer from real journals. */
class Peers {
  readonly bench = new RepairBench();
  readonly #journals = new Map<string, Journal>();
  readonly #budget: number;
  turns = 0;

  constructor(holdings: readonly (readonly number[])[], budget: number) {
    this.#budget = budget;
    this.bench.peers = holdings.map((_, i) => originOf(`p${i}`));
    for (const [i, sequences] of holdings.entries()) {
      const journal = new Journal({ journalEventsMax: 1e6, journalBytesMax: 1e9 });
      for (const s of sequences) journal.add(O, s, announce('k'));
      this.#journals.set(originId(originOf(`p${i}`)), journal);
    }
  }

  /** Until nothing is missing, or it took far too long. */
  play(): void {
    while (this.bench.repair.wanted > 0 && this.turns < TURNS_MAX) {
      const turn = this.bench.next(100, (this.turns++ % 7) / 7);
      for (const { origin, ranges } of turn.lost)
        for (const one of ranges) this.bench.vector.close(origin, one, this.bench.nowMs);
      for (const { to, ranges } of turn.pulls) this.#answer(to, ranges);
    }
  }

  #answer(peer: Origin, ranges: readonly SequenceRange[]): void {
    const journal = this.#journals.get(originId(peer));
    const { runs, missing } = journal?.read(ranges, this.#budget) ?? { runs: [], missing: [] };
    this.bench.repair.lacks(peer, missing);
    for (const { first, announcements } of runs)
      this.bench.has(O, ...announcements.map((_, i) => first + i));
    this.bench.repair.answered(peer, runs);
  }
}

const held = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 100 });
const holdings = fc.array(held, { minLength: 1, maxLength: 4 });
const budget = fc.constantFrom(1, 500, 1e9);

describe('Repair from peers that hold anything, with answers of any size', () => {
  it('ends with all that an event proved either here or given up', () => {
    fc.assert(
      fc.property(holdings, budget, (all, bytes) => {
        const peers = new Peers(all, bytes);
        peers.bench.has(O, 201);
        peers.play();
        expect(peers.turns).toBeLessThan(TURNS_MAX);
        expect(peers.bench.vector.contiguous(O)).toBe(201);
      }),
    );
  });

  it('ends also where far more holes are in the journals than can be remembered', () => {
    const odd = Array.from({ length: 3_000 }, (_, i) => 2 * i + 1);
    for (const bytes of [500, 1e9]) {
      const peers = new Peers([odd, odd.slice(0, 9)], bytes);
      peers.bench.has(O, 6_001);
      peers.play();
      expect(peers.turns).toBeLessThan(TURNS_MAX);
      expect(peers.bench.vector.contiguous(O)).toBe(6_001);
    }
  });

  it('ends with all that was claimed and could be backed either here or given up', () => {
    fc.assert(
      fc.property(holdings, budget, fc.nat(9), (all, bytes, bluff) => {
        const peers = new Peers(all, bytes);
        for (const [i, sequences] of all.entries())
          peers.bench.claim(originOf(`p${i}`), O, Math.max(1, ...sequences) + bluff);
        peers.play();
        expect(peers.turns).toBeLessThan(TURNS_MAX);
        expect(peers.bench.vector.contiguous(O)).toBe(Math.max(0, ...all.flat()));
      }),
    );
  });
});
