import { type Origin, originId } from '@hearsay/spi';
import type { MeshEffect } from './effect.js';
import type { VectorEntry } from './message.js';
import type { Repair } from './repair.js';
import type { Range } from './sequence-set.js';
import type { VersionVector } from './version-vector.js';

interface Gap {
  readonly origin: Origin;
  readonly ranges: readonly Range[];
}

/**
 * What is lost to the mesh and must be closed by the host: events that no journal holds, and, for
 * a node that joins, all that happened before it came. Until closed, the ranges count as excluded.
 */
export class Gaps {
  readonly #vector: VersionVector;
  readonly #repair: Repair;
  readonly #open = new Map<number, Gap>();
  /** The past of origins met on joining; it becomes a gap with the first event seen of them. */
  readonly #past = new Map<string, Gap>();
  #joined = false;
  #lastId = 0;

  constructor(vector: VersionVector, repair: Repair) {
    this.#vector = vector;
    this.#repair = repair;
  }

  get open(): number {
    return this.#open.size;
  }

  /**
   * A joining node does not pull a past that its empty caches never held: of the first vector
   * that it receives it wants only the newest event of each origin, which backs the rest.
   */
  join(entries: readonly VectorEntry[]): void {
    if (this.#joined) return;
    this.#joined = true;
    for (const { origin, contiguous } of entries) {
      if (contiguous < 2 || this.#vector.highest(origin) > 0) continue;
      const ranges = [{ from: 1, to: contiguous - 1 } as Range];
      this.#past.set(originId(origin), { origin, ranges });
      this.#repair.exclude(origin, ranges);
    }
  }

  /** An event of this origin was seen, so its past is real. */
  seen(origin: Origin): MeshEffect[] {
    const id = originId(origin);
    const past = this.#past.get(id);
    if (!past) return [];
    this.#past.delete(id);
    return this.#declare(past, 'before this node joined');
  }

  declare(origin: Origin, ranges: readonly Range[]): MeshEffect[] {
    this.#repair.exclude(origin, ranges);
    return this.#declare({ origin, ranges }, 'in no reachable journal');
  }

  closed(gapId: number, nowMs: number): void {
    const gap = this.#open.get(gapId);
    if (!gap) return;
    this.#open.delete(gapId);
    for (const range of gap.ranges) this.#vector.close(gap.origin, range, nowMs);
    this.#repair.include(gap.origin, gap.ranges);
  }

  #declare(gap: Gap, why: string): MeshEffect[] {
    const gapId = ++this.#lastId;
    this.#open.set(gapId, gap);
    const spans = gap.ranges.slice(0, 4).map(({ from, to }) => `${from}..${to}`);
    const reason = `${originId(gap.origin)} ${spans.join(',')} ${why}`;
    return [{ kind: 'open-gap', gapId, reason }];
  }
}
