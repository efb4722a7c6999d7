import { GENESIS, type Scope } from '@hearsay/spi';
import type { SqliteStatement } from '../sqlite.js';

/** Rows that one statement of a prune deletes. */
export const PRUNE_BATCH_ROWS = 500;

/** What the worker writes to scopes and their chains. Every method belongs in a transaction. */
export class ScopeRows {
  readonly #create: SqliteStatement;
  readonly #raiseFloor: SqliteStatement;
  readonly #raiseFloorByAge: SqliteStatement;
  readonly #deletePruned: SqliteStatement;

  constructor(prepared: (sql: string) => SqliteStatement, p: string) {
    this.#create = prepared(`INSERT OR IGNORE INTO ${p}scope VALUES (?, 0, '${GENESIS}', 0)`);
    this.#raiseFloor = prepared(
      `UPDATE ${p}scope SET floor = max(floor, version - ?) WHERE scope = ?`,
    );
    this.#raiseFloorByAge = prepared(
      `UPDATE ${p}scope SET floor = max(floor, coalesce(
         (SELECT version - 1 FROM ${p}log WHERE scope = ? AND appended_at >= ? ORDER BY version LIMIT 1),
         version)) WHERE scope = ?`,
    );
    // Oldest first, so that what is left has its only hole at the beginning.
    this.#deletePruned = prepared(
      `DELETE FROM ${p}log WHERE scope = ? AND version IN (
         SELECT version FROM ${p}log
         WHERE scope = ? AND version <= (SELECT floor FROM ${p}scope WHERE scope = ?)
         ORDER BY version LIMIT ${PRUNE_BATCH_ROWS})`,
    );
  }

  create(scope: Scope): void {
    this.#create.run(scope);
  }

  raiseFloor(scope: Scope, keepRows: number): void {
    this.#raiseFloor.run(keepRows, scope);
  }

  /** To just below the first row that was not appended before. */
  raiseFloorByAge(scope: Scope, appendedAtMs: number): void {
    this.#raiseFloorByAge.run(scope, appendedAtMs, scope);
  }

  /** @returns how many rows went: 0 … {@link PRUNE_BATCH_ROWS} */
  deletePruned(scope: Scope): number {
    return Number(this.#deletePruned.run(scope, scope, scope).changes);
  }
}
