import { type Origin, originId } from '@hearsay/spi';
import { highestTold, type VectorEntry } from './message.js';
import { cutAbove, type Range } from './sequence-set.js';
import type { VersionVector } from './version-vector.js';

/** Pasts of forgotten origins on top of those of the first vector. */
const FORGOTTEN_MAX = 16_384;

/** Of an origin's past: up to where it goes, and whether it is lost or was all here once. */
interface Before {
  readonly through: number;
  readonly isLost: boolean;
}

/**
 * The joiner's rule: a node does not pull a past that its empty caches never held. Of the first
 * vector that it receives it wants only the newest event of each origin. That event proves the
 * head (rule F8), and what lies before it is then declared as a gap. The same goes, without the gap, for
 * an origin that was known here and was forgotten.
 */
export class Past {
  readonly #vector: VersionVector;
  /** By origin, on the word of a peer. */
  readonly #before = new Map<string, Before>();
  #joinedWith: string | undefined;
  #isWhole = false;

  constructor(vector: VersionVector) {
    this.#vector = vector;
  }

  /**
   * @param entries of other origins
   * @param more whether another part of the same vector follows
   * @returns the origins among them of which events were seen already
   */
  join(peer: Origin, entries: readonly VectorEntry[], more = false): Origin[] {
    const peerId = originId(peer);
    this.#joinedWith ??= peerId;
    if (this.#isWhole || this.#joinedWith !== peerId) return [];
    this.#isWhole = !more;
    const seen: Origin[] = [];
    for (const entry of entries) {
      const through = highestTold(entry) - 1;
      if (through < 1 || this.#vector.contiguous(entry.origin) > 0) continue;
      this.#before.set(originId(entry.origin), { through, isLost: true });
      if (this.#vector.highest(entry.origin) > 0) seen.push(entry.origin);
    }
    return seen;
  }

  /** An unknown origin, of which nothing up to its newest event is missing here. */
  forgotten(entry: VectorEntry): void {
    const through = highestTold(entry) - 1;
    if (through < 1 || this.#before.size >= FORGOTTEN_MAX) return;
    this.#before.set(originId(entry.origin), { through, isLost: false });
  }

  /** @returns the sequence up to which nothing of this origin is wanted for now; 0 mostly */
  through(origin: Origin): number {
    return this.#before.get(originId(origin))?.through ?? 0;
  }

  /** An event of this origin was seen. @returns its past, which is real now, and whether it is lost */
  seen(origin: Origin): { readonly ranges: Range[]; readonly isLost: boolean } {
    const id = originId(origin);
    const before = this.#before.get(id);
    if (before === undefined) return { ranges: [], isLost: false };
    this.#before.delete(id);
    const newest = this.#vector.highest(origin);
    const missing = this.#vector.missing(origin, 1, before.through);
    return { ranges: cutAbove(missing, newest - 1), isLost: before.isLost };
  }

  /** Nobody could back the head that this past was taken from. */
  refuted(origin: Origin): void {
    this.#before.delete(originId(origin));
  }

  /** What the peer claimed and could not prove any more is forgotten; the next vector begins anew. */
  forgetPeer(peer: Origin): void {
    if (this.#joinedWith !== originId(peer) || (this.#isWhole && this.#before.size === 0)) return;
    this.#before.clear();
    this.#joinedWith = undefined;
    this.#isWhole = false;
  }
}
