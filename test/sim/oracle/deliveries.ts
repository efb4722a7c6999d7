/** A machine need not remember more ranges of one origin than this (`MESSAGE_LIMITS.rangesMax`). */
const RANGES_REMEMBERED = 60;

/** The events of one origin that one process was told of. */
interface Told {
  readonly sequences: Set<number>;
  ranges: number;
  rangesMax: number;
  highest: number;
}

/**
 * By (origin, sequence) an event counts once (rule M1), unless it came in so many pieces that the
 * bounded memory of them overflowed.
 */
export class Deliveries {
  readonly #told = new Map<string, Told>();

  highest(origin: string): number {
    return this.#told.get(origin)?.highest ?? 0;
  }

  /** @returns `false` where the event was told before and should be known */
  add(origin: string, sequence: number): boolean {
    const told = this.#told.get(origin) ?? this.#enter(origin);
    const { sequences } = told;
    if (sequences.has(sequence)) return told.rangesMax >= RANGES_REMEMBERED;
    const before = sequences.has(sequence - 1) ? 1 : 0;
    const after = sequences.has(sequence + 1) ? 1 : 0;
    sequences.add(sequence);
    told.ranges += 1 - before - after;
    told.rangesMax = Math.max(told.rangesMax, told.ranges);
    told.highest = Math.max(told.highest, sequence);
    return true;
  }

  #enter(origin: string): Told {
    const told: Told = { sequences: new Set(), ranges: 0, rangesMax: 0, highest: 0 };
    this.#told.set(origin, told);
    return told;
  }
}
