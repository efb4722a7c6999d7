import type { Origin } from '@hearsay/spi';
import type { SequenceRange } from '../../src/mesh/message.js';
import { Past } from '../../src/mesh/past.js';
import { Repair, type RepairTurn } from '../../src/mesh/repair.js';
import { VersionVector } from '../../src/mesh/version-vector.js';
import { originOf, range } from './words.js';

export const REPAIR_OPTIONS = {
  repairDelayMs: 100,
  pullTimeoutMs: 1_000,
  shortPullTimeoutMs: 200,
  shortPullEventsMax: 64,
  originsMax: 4,
};

/** A repair with its vector, moved by hand. */
export class RepairBench {
  nowMs = 0;
  peers: Origin[] = [originOf('p'), originOf('q')];
  readonly vector = new VersionVector(
    originOf('self'),
    { originsMax: 32, silentOriginMs: 1e9 },
    { isLinked: () => true, forgotten: () => undefined },
  );
  readonly past = new Past(this.vector);
  readonly repair = new Repair(this.vector, this.past, REPAIR_OPTIONS);

  has(origin: Origin, ...sequences: number[]): this {
    for (const s of sequences) this.vector.add(origin, s, this.nowMs);
    this.repair.seen(origin, this.nowMs);
    return this;
  }

  /** @param silentMs how old the head is by the peer's word */
  claim(peer: Origin, origin: Origin, head: number, silentMs = 0): boolean {
    return this.repair.claim(peer, origin, head, this.nowMs, this.nowMs - silentMs);
  }

  next(afterMs = 0, random = 0, hears = true): RepairTurn {
    this.nowMs += afterMs;
    return this.repair.next(this.nowMs, random, this.peers, hears);
  }

  /** @returns who is asked now, and for what */
  asked(afterMs = 0, random = 0): string[] {
    return this.next(afterMs, random).pulls.map(
      ({ to, ranges }) => `${to.node}: ${ranges.map(spell).join(' ')}`,
    );
  }

  lost(afterMs = 0): string[] {
    return this.next(afterMs).lost.flatMap(({ origin, ranges }) =>
      ranges.map(({ from, to }) => spell(range(origin, from, to))),
    );
  }
}

const spell = ({ origin, from, to }: SequenceRange) =>
  `${origin.node} ${from === to ? from : `${from}..${to}`}`;
