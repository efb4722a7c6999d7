import { createHash } from 'node:crypto';
import type { Statement } from '../server/connection.js';
import type { SqlTransaction } from '../write/sql-transaction.js';
import type { PostgresQuery } from './client.js';

/** Names of statements by their text; there are a few dozen in a process. */
const names = new Map<string, string>();

/**
 * @param prepared as a named statement, which the server plans once a connection; a pooler in
 * between may not know them
 */
export function queryOf({ sql, params }: Statement, prepared: boolean): PostgresQuery {
  const query = { text: sql, values: [...params] };
  return prepared && params.length > 0 ? { ...query, name: nameOf(sql) } : query;
}

/** The same transaction, to which each statement is given with the name that it may be prepared under. */
export function withNames(tx: SqlTransaction, prepared: boolean): SqlTransaction {
  if (!prepared) return tx;
  return {
    dialect: tx.dialect,
    query: (sql, params) => tx.query(sql, params, params.length > 0 ? nameOf(sql) : undefined),
  };
}

/** The same text has the same name everywhere, and other texts have others, also of other logs. */
function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = `hearsay_${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`;
  names.set(sql, name);
  return name;
}
