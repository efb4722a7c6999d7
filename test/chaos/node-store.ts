import type { Hearsay, HearsayOptions, RevokeResult } from '@hearsay/embed';
import type { TargetInput } from '@hearsay/spi';
import type { PlannedWrite } from './writes.ts';

/** A row as a node reads it. */
export interface Row {
  /** Grows by one with every committed change of the row, from 1. */
  readonly revision: number;
  /** Names the write that made this revision; 0 for the first. */
  readonly write: number;
}

/** One of the rows that a write changed. */
export interface ChangedRow {
  readonly key: string;
  readonly revision: number;
}

export interface Written {
  /** Of the first change; `undefined` where it named no row. */
  readonly row: ChangedRow | undefined;
  readonly token: string;
  /** Where the plan revokes. */
  readonly revoked?: RevokeResult;
}

/** Where in a COMMIT a process is to die. */
export type DeathMoment = 'in-commit' | 'after-commit';

/** The service's database as a node uses it: its loaders and its writes. */
export interface NodeStore {
  /** How Hearsay reaches the version log in the same database. */
  readonly log: NonNullable<HearsayOptions['log']>;
  /** Reads committed state, in a snapshot begun after the call (rule F5). */
  find(scope: string, key: string): Promise<Row>;
  /** @throws {RolledBackError} as planned */
  write(hearsay: Hearsay, id: number, plan: PlannedWrite): Promise<Written>;
  /** Makes the write, and dies by SIGKILL at that moment of it: nobody else knows whether it is committed. */
  dieWriting(hearsay: Hearsay, id: number, plan: PlannedWrite, moment: DeathMoment): Promise<void>;
}

/** Thrown inside a transaction that shall be rolled back. */
export class RolledBackError extends Error {}

/**
 * @param parameter how its one value is written
 * @returns the rows that a target names, as an SQL condition and its values
 */
export function conditionOf(
  target: TargetInput,
  parameter = '?',
): { readonly where: string; readonly values: string[] } {
  if ('key' in target) return { where: `key = ${parameter}`, values: [target.key] };
  if ('prefix' in target) return { where: `prefix = ${parameter}`, values: [target.prefix] };
  if ('tag' in target) return { where: `tag = ${parameter}`, values: [target.tag] };
  return { where: 'true', values: [] };
}
