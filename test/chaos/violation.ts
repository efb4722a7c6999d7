import type { Violation as OracleViolation } from '../demo/oracle.ts';

/** As the demonstration's oracle tells it, and of what is checked here alone. */
export interface Violation extends Omit<OracleViolation, 'invariant'> {
  readonly invariant: OracleViolation['invariant'] | 'C' | 'H';
}

/** What a violation is about, where it is about one row. */
export interface Row {
  readonly scope: string;
  readonly key: string;
}

/** @returns a violation of J, said of a node as a whole */
export function ill(node: string, what: string, atUs: number): Violation {
  return { invariant: 'J', node, atUs, what };
}

/** @returns a time of the machine's monotonic clock for people */
export function seconds(us: number): string {
  return Number.isFinite(us) ? `${(us / 1e6).toFixed(4)} s` : 'the beginning';
}
