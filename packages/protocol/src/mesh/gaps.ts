import { type Origin, originId } from '@hearsay/spi';
import type { MeshEffect } from './effect.js';
import { MESSAGE_LIMITS, type SequenceRange } from './message.js';
import type { Range } from './sequence-set.js';
import type { VersionVector } from './version-vector.js';

/** Gaps that are open at once; what is lost meanwhile waits and is declared as one. */
const OPEN_MAX = 16;
const SPANS_SHOWN = 4;

/**
 * What is lost to the mesh for good and must be closed by the host. Once declared, lost events
 * count as held: nobody is asked for them again, and peers do not take the loss for a difference.
 */
export class Gaps {
  readonly #vector: VersionVector;
  readonly #open = new Set<number>();
  #waiting: { readonly reason: string; readonly lost: SequenceRange[] } | undefined;
  #lastId = 0;

  constructor(vector: VersionVector) {
    this.#vector = vector;
  }

  /** Including what waits; 0 when nothing is lost that is not closed. */
  get open(): number {
    return this.#open.size + (this.#waiting ? 1 : 0);
  }

  /** @param ranges below the highest event seen of this origin: a head alone is no loss (rule F8) */
  declare(origin: Origin, ranges: readonly Range[], why: string, nowMs: number): MeshEffect[] {
    for (const range of ranges) this.#vector.close(origin, range, nowMs);
    const spans = ranges.slice(0, SPANS_SHOWN).map(({ from, to }) => `${from}..${to}`);
    if (ranges.length > SPANS_SHOWN) spans.push('…');
    const lost = ranges.map(({ from, to }) => ({ origin, from, to }));
    return this.#declare(lost, `${originId(origin)} ${spans.join(',')} ${why}`);
  }

  /** Something may be lost, and nobody can say what. */
  declareUnknown(why: string): MeshEffect[] {
    return this.#declare([], why);
  }

  closed(gapId: number): MeshEffect[] {
    const waiting = this.#waiting;
    if (!this.#open.delete(gapId) || !waiting) return [];
    this.#waiting = undefined;
    return this.#declare(waiting.lost, waiting.reason);
  }

  #declare(lost: readonly SequenceRange[], reason: string): MeshEffect[] {
    if (this.#open.size >= OPEN_MAX) {
      this.#waiting ??= { reason: `${reason}, and more`, lost: [] };
      const room = MESSAGE_LIMITS.pullRangesMax - this.#waiting.lost.length;
      this.#waiting.lost.push(...lost.slice(0, room));
      return [];
    }
    const gapId = ++this.#lastId;
    this.#open.add(gapId);
    return [{ kind: 'open-gap', gapId, reason, lost }];
  }
}
