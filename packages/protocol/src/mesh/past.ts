import { type Origin, originId } from '@hearsay/spi';
import { highestTold, type VectorEntry } from './message.js';
import { cutAbove, type Range } from './sequence-set.js';
import type { VersionVector } from './version-vector.js';

/**
 * The joiner's rule: a node does not pull a past that its empty caches never held. Of the first
 * vector that it receives it wants only the newest event of each origin. That event proves the
 * head (rule F8), and what lies before it is then declared as a gap.
 */
export class Past {
  readonly #vector: VersionVector;
  /** Per origin, up to where its past goes by the word of the peer joined with. */
  readonly #through = new Map<string, number>();
  #joinedWith: string | undefined;

  constructor(vector: VersionVector) {
    this.#vector = vector;
  }

  /**
   * @param entries of other origins
   * @returns the origins among them of which events were seen already
   */
  join(peer: Origin, entries: readonly VectorEntry[]): Origin[] {
    if (this.#joinedWith !== undefined) return [];
    this.#joinedWith = originId(peer);
    const seen: Origin[] = [];
    for (const entry of entries) {
      const through = highestTold(entry) - 1;
      if (through < 1 || this.#vector.contiguous(entry.origin) > 0) continue;
      this.#through.set(originId(entry.origin), through);
      if (this.#vector.highest(entry.origin) > 0) seen.push(entry.origin);
    }
    return seen;
  }

  /** @returns the sequence up to which nothing of this origin is wanted for now; 0 mostly */
  through(origin: Origin): number {
    return this.#through.get(originId(origin)) ?? 0;
  }

  /** An event of this origin was seen. @returns its past, which is real now, and lost */
  seen(origin: Origin): Range[] {
    const id = originId(origin);
    const through = this.#through.get(id);
    if (through === undefined) return [];
    this.#through.delete(id);
    const newest = this.#vector.highest(origin);
    return cutAbove(this.#vector.missing(origin, 1, through), newest - 1);
  }

  /** Nobody could back the head that this past was taken from. */
  refuted(origin: Origin): void {
    this.#through.delete(originId(origin));
  }

  /** What the peer claimed and could not prove any more is forgotten; the next vector begins anew. */
  forgetPeer(peer: Origin): void {
    if (this.#joinedWith !== originId(peer) || this.#through.size === 0) return;
    this.#through.clear();
    this.#joinedWith = undefined;
  }
}
