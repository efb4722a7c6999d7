import { type Origin, originId } from '@hearsay/spi';
import type { MeshEffect } from './effect.js';
import type { Journal } from './journal.js';
import type { SequenceRange } from './message.js';

export interface SupplyOptions {
  /** How much of the journal one pull may bring. */
  readonly pullBytesMax: number;
  /** How much of it, and how many pulls, are answered between two ticks. */
  readonly suppliedBytesMax: number;
  readonly suppliedPullsMax: number;
  /** Who asked that long ago has given up by now. */
  readonly pullTimeoutMs: number;
}

interface WaitingPull {
  readonly peer: Origin;
  readonly ranges: readonly SequenceRange[];
  readonly atMs: number;
}

/**
 * Answers pulls from the journal, so many between two ticks; the others wait their turn, one of each
 * peer. So a node that alone holds what many miss goes on doing all else. Who waits in vain asks somebody
 * else, who has it by then.
 */
export class Supply {
  readonly #journal: Journal;
  readonly #options: SupplyOptions;
  /** By peer, the longest waiting first. */
  readonly #waiting = new Map<string, WaitingPull>();
  #bytes = 0;
  #pulls = 0;
  /** Pulls that were not answered in time. */
  dropped = 0;

  constructor(journal: Journal, options: SupplyOptions) {
    this.#journal = journal;
    this.#options = options;
  }

  /** A peer wants these. */
  pull(peer: Origin, ranges: readonly SequenceRange[], nowMs: number): MeshEffect[] {
    if (this.#hasRoom() && this.#waiting.size === 0) return this.#answer(peer, ranges);
    this.#waiting.set(originId(peer), { peer, ranges, atMs: nowMs });
    return [];
  }

  /** Time has passed: there is room for more. */
  tick(nowMs: number): MeshEffect[] {
    this.#bytes = 0;
    this.#pulls = 0;
    const effects: MeshEffect[] = [];
    for (const [id, { peer, ranges, atMs }] of this.#waiting) {
      if (!this.#hasRoom()) break;
      this.#waiting.delete(id);
      if (nowMs - atMs < this.#options.pullTimeoutMs) effects.push(...this.#answer(peer, ranges));
      else this.dropped++;
    }
    return effects;
  }

  forgetPeer(peer: Origin): void {
    this.#waiting.delete(originId(peer));
  }

  #hasRoom(): boolean {
    const { suppliedBytesMax, suppliedPullsMax } = this.#options;
    return this.#pulls < suppliedPullsMax && this.#bytes < suppliedBytesMax;
  }

  #answer(to: Origin, ranges: readonly SequenceRange[]): MeshEffect[] {
    const { runs, missing, bytes } = this.#journal.read(ranges, this.#options.pullBytesMax);
    this.#pulls++;
    this.#bytes += bytes;
    const effects: MeshEffect[] = [];
    // In this order, so that the events are the end of the answer.
    if (missing.length > 0)
      effects.push({ kind: 'send', to, message: { kind: 'missing', ranges: missing } });
    if (runs.length > 0) effects.push({ kind: 'send', to, message: { kind: 'events', runs } });
    return effects;
  }
}
