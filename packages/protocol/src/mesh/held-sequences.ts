import { type Range, rangeOf, SequenceSet } from './sequence-set.js';

/**
 * The sequences that a node has of each origin, by the origin's number, and when that last changed.
 * Mostly they are all of 1..contiguous, which is one number in an array; a {@link SequenceSet} is there
 * only while something in between is missing.
 */
export class HeldSequences {
  readonly #rangesMax: number;
  #contiguous = new Float64Array(0);
  #changedAtMs = new Float64Array(0);
  readonly #broken = new Map<number, SequenceSet>();

  /** @param rangesMax above the contiguous sequence of one origin */
  constructor(rangesMax: number) {
    this.#rangesMax = rangesMax;
  }

  contiguous(number: number): number {
    return this.#contiguous[number] ?? 0;
  }

  /** The highest sequence ever added; 0 when none. */
  highest(number: number): number {
    return this.#broken.get(number)?.highest ?? this.contiguous(number);
  }

  above(number: number): readonly Range[] {
    return this.#broken.get(number)?.above ?? [];
  }

  has(number: number, sequence: number): boolean {
    return this.#broken.get(number)?.has(sequence) ?? sequence <= this.contiguous(number);
  }

  missing(number: number, from: number, to: number): Range[] {
    const broken = this.#broken.get(number);
    if (broken) return broken.missing(from, to);
    const first = Math.max(from, this.contiguous(number) + 1);
    return first <= to ? [rangeOf(first, to)] : [];
  }

  changedAtMs(number: number): number {
    return this.#changedAtMs[number] as number;
  }

  /** @param from 1 … to */
  add(number: number, from: number, to: number, nowMs: number): void {
    if (number >= this.#contiguous.length) this.#grow(number + 1);
    this.#changedAtMs[number] = nowMs;
    const broken = this.#broken.get(number) ?? this.#break(number, from, to);
    if (!broken) return;
    broken.add(from, to);
    this.#contiguous[number] = broken.contiguous;
    if (broken.contiguous === broken.highest) this.#broken.delete(number);
  }

  clear(number: number): void {
    this.#contiguous[number] = 0;
    this.#broken.delete(number);
  }

  /** @returns `undefined` when the range joined on to what is held, and nothing is broken */
  #break(number: number, from: number, to: number): SequenceSet | undefined {
    const contiguous = this.contiguous(number);
    if (from <= contiguous + 1) {
      this.#contiguous[number] = Math.max(contiguous, to);
      return undefined;
    }
    const set = new SequenceSet(this.#rangesMax);
    if (contiguous > 0) set.add(1, contiguous);
    this.#broken.set(number, set);
    return set;
  }

  #grow(needed: number): void {
    const length = Math.max(16, needed, Math.ceil(this.#contiguous.length * 1.5));
    const [contiguous, changedAtMs] = [this.#contiguous, this.#changedAtMs];
    this.#contiguous = new Float64Array(length);
    this.#contiguous.set(contiguous);
    this.#changedAtMs = new Float64Array(length);
    this.#changedAtMs.set(changedAtMs);
  }
}
