import type { Violation } from './violation.ts';

/** Of each invariant. */
const FINDINGS_MAX = 5;

/** What broke, and what led to it, a line each. */
export interface Finding {
  readonly violation: Violation;
  readonly trail: readonly string[];
}

/** Counts all violations, and keeps the first ones of each invariant with what led to them. */
export class Findings {
  /** In the order in which they were found. */
  readonly kept: Finding[] = [];
  /** By invariant. */
  readonly counts = new Map<string, number>();

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** @param trail asked only for what is kept */
  add(violation: Violation, trail: () => readonly string[]): void {
    const count = (this.counts.get(violation.invariant) ?? 0) + 1;
    this.counts.set(violation.invariant, count);
    if (count <= FINDINGS_MAX) this.kept.push({ violation, trail: trail() });
  }
}
