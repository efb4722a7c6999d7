import { ConfigInvalidError, LIMITS, type Scope, scopeOf } from '@hearsay/spi';
import type { TablePlace } from '../tables.js';
import { quoted } from '../tables.js';
import type { SqlDialect } from '../write/sql-transaction.js';

const NAME = /^[A-Za-z0-9_$ -]{1,63}$/;

/** Which table's changes are to be invalidations. */
export interface TriggerOptions extends TablePlace {
  /** The table, without its schema. */
  readonly table: string;
  /** The schema (PostgreSQL) or database (MySQL) of that table; the connection's own by default. */
  readonly tableSchema?: string;
  /** Its changes invalidate something of this scope. */
  readonly scope: string;
  /**
   * The columns whose text, joined by `/`, is the key of a row, as the service forms it too. Without
   * any every change invalidates the whole scope.
   */
  readonly keyColumns?: readonly string[];
}

export interface ValidTrigger {
  readonly scope: Scope;
  readonly table: string;
  /** As it stands in SQL. */
  readonly target: string;
  readonly columns: readonly string[];
}

/** A key that would be longer makes the change one of the whole scope. */
export const KEY_BYTES_MAX = LIMITS.keyBytesMax;

/** @throws {ConfigInvalidError} {@link NameInvalidError} */
export function validTrigger(dialect: SqlDialect, options: TriggerOptions): ValidTrigger {
  const { table, tableSchema, scope, keyColumns = [] } = options;
  for (const name of [table, ...(tableSchema === undefined ? [] : [tableSchema]), ...keyColumns])
    if (typeof name !== 'string' || !NAME.test(name))
      throw new ConfigInvalidError(
        `the name ${JSON.stringify(name)} is not valid: use 1 to 63 letters, digits, blanks, _ $ -`,
      );
  const schema = tableSchema === undefined ? '' : `${quoted(dialect, tableSchema)}.`;
  return {
    scope: scopeOf(scope),
    table,
    target: `${schema}${quoted(dialect, table)}`,
    columns: keyColumns,
  };
}
