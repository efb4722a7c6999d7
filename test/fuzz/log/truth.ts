/** What was truly committed: the side table that each writer fills in the transaction of its appends. */
import type { Target } from '@hearsay/spi';

/** One invalidation; no two transactions of a run name the same. */
export interface Named {
  readonly scope: string;
  readonly kind: 'key' | 'prefix' | 'tag';
  readonly name: string;
}

/**
 * An invalidation as the side table has it, with its transaction. A session is one connection of one
 * writer, its serials count its transactions: what is committed of one comes in the order of serials.
 */
export interface Committed extends Named {
  readonly session: number;
  readonly serial: number;
}

/** What one snapshot of the side table shows: per session the highest serial, and all below it. */
export type Visible = ReadonlyMap<number, number>;

/** Scopes and kinds hold no blank. */
export function idOf(scope: string, { kind, key }: Pick<Target, 'kind' | 'key'>): string {
  return `${scope} ${kind} ${key}`;
}

export function idOfNamed({ scope, kind, name }: Named): string {
  return `${scope} ${kind} ${name}`;
}

export function isVisible({ session, serial }: Committed, visible: Visible): boolean {
  return serial <= (visible.get(session) ?? -1);
}

/** A map key for one transaction. */
export function transactionOf({ session, serial }: Pick<Committed, 'session' | 'serial'>): string {
  return `${session}/${serial}`;
}
