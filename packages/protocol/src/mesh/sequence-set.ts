import type { Sequence } from '@hearsay/spi';

export interface Range {
  readonly from: Sequence;
  readonly to: Sequence;
}

/**
 * The sequences of one origin that a node has: all of 1..contiguous, and ranges above that.
 * Bounded: what would need one range too many is not remembered, so it counts as missing and is
 * repaired again. Delivery is at least once either way.
 */
export class SequenceSet {
  #contiguous = 0;
  /** Ascending, disjoint, never adjacent, all above `#contiguous + 1`. */
  #above: { from: number; to: number }[] = [];
  #highest = 0;
  readonly #rangesMax: number;

  constructor(rangesMax: number) {
    this.#rangesMax = rangesMax;
  }

  get contiguous(): Sequence {
    return this.#contiguous as Sequence;
  }

  /** The highest sequence ever added, remembered or not; 0 when none. */
  get highest(): Sequence {
    return this.#highest as Sequence;
  }

  get above(): readonly Range[] {
    return this.#above as readonly { from: number; to: number }[] as readonly Range[];
  }

  has(sequence: number): boolean {
    if (sequence <= this.#contiguous) return true;
    return this.#above.some((range) => range.from <= sequence && sequence <= range.to);
  }

  /**
   * @param from 1 … to
   * @returns whether the set holds the whole range now; `false` only where `rangesMax` forbids it
   */
  add(from: number, to: number): boolean {
    this.#highest = Math.max(this.#highest, to);
    if (from <= this.#contiguous + 1) {
      this.#contiguous = Math.max(this.#contiguous, to);
      this.#absorb();
      return true;
    }
    const merged = { from, to };
    const rest = this.#above.filter((range) => {
      if (range.to + 1 < merged.from || merged.to + 1 < range.from) return true;
      merged.from = Math.min(merged.from, range.from);
      merged.to = Math.max(merged.to, range.to);
      return false;
    });
    if (rest.length >= this.#rangesMax) return false;
    rest.push(merged);
    this.#above = rest.sort((a, b) => a.from - b.from);
    return true;
  }

  /** @returns what of from..to is not held, ascending */
  missing(from: number, to: number): Range[] {
    const holes: Range[] = [];
    let next = Math.max(from, this.#contiguous + 1);
    for (const range of this.#above) {
      if (next > to) break;
      if (range.to < next) continue;
      if (range.from > next) holes.push(rangeOf(next, Math.min(range.from - 1, to)));
      next = range.to + 1;
    }
    if (next <= to) holes.push(rangeOf(next, to));
    return holes;
  }

  #absorb(): void {
    let first = this.#above[0];
    while (first && first.from <= this.#contiguous + 1) {
      this.#contiguous = Math.max(this.#contiguous, first.to);
      this.#above.shift();
      first = this.#above[0];
    }
  }
}

export function rangeOf(from: number, to: number): Range {
  return { from: from as Sequence, to: to as Sequence };
}

/** @returns the part of the ranges at or below `through` */
export function cutAbove(ranges: readonly Range[], through: number): Range[] {
  return ranges
    .filter((range) => range.from <= through)
    .map((range) => (range.to <= through ? range : rangeOf(range.from, through)));
}

/** @returns `ranges` less `holes`; both ascending and disjoint */
export function subtract(ranges: readonly Range[], holes: readonly Range[]): Range[] {
  const rest: Range[] = [];
  let i = 0;
  for (const range of ranges) {
    let next: number = range.from;
    for (; i < holes.length; i++) {
      const hole = holes[i] as Range;
      if (hole.from > range.to) break;
      if (hole.from > next) rest.push(rangeOf(next, hole.from - 1));
      next = Math.max(next, hole.to + 1);
      // It may reach into the next range too.
      if (hole.to > range.to) break;
    }
    if (next <= range.to) rest.push(rangeOf(next, range.to));
  }
  return rest;
}
