import type { StatementSync } from 'node:sqlite';
import { GENESIS, type Scope } from '@hearsay/spi';

/** Rows that one statement of a prune deletes. */
export const PRUNE_BATCH_ROWS = 500;

/** What the worker writes to scopes and their chains. Every method belongs in a transaction. */
export class ScopeRows {
  readonly #create: StatementSync;
  readonly #raiseFloor: StatementSync;
  readonly #deletePruned: StatementSync;

  constructor(prepared: (sql: string) => StatementSync, p: string) {
    this.#create = prepared(`INSERT OR IGNORE INTO ${p}scope VALUES (?, 0, '${GENESIS}', 0)`);
    this.#raiseFloor = prepared(
      `UPDATE ${p}scope SET floor = max(floor, version - ?) WHERE scope = ?`,
    );
    // Oldest first, so that what is left has its only hole at the beginning.
    this.#deletePruned = prepared(
      `DELETE FROM ${p}log WHERE scope = ?1 AND version IN (
         SELECT version FROM ${p}log
         WHERE scope = ?1 AND version <= (SELECT floor FROM ${p}scope WHERE scope = ?1)
         ORDER BY version LIMIT ${PRUNE_BATCH_ROWS})`,
    );
  }

  create(scope: Scope): void {
    this.#create.run(scope);
  }

  raiseFloor(scope: Scope, keepRows: number): void {
    this.#raiseFloor.run(keepRows, scope);
  }

  /** @returns how many rows went: 0 … {@link PRUNE_BATCH_ROWS} */
  deletePruned(scope: Scope): number {
    return Number(this.#deletePruned.run(scope).changes);
  }
}
