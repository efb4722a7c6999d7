import { GENESIS, type Origin, originId } from '@hearsay/spi';
import type { LogTables } from '../tables.js';
import { asciiJson, bumpsJson, headsOfInserted, rowsJson } from './append-json.js';
import type { HeadsBefore, ScopeBatch } from './batch.js';
import type { SqlTransaction } from './sql-transaction.js';

/**
 * Within a savepoint, so that all of it happens or nothing: outside a transaction the savepoint is
 * one. The write lock covers the file, so a missing counter may be made here (decision 0010).
 */
export async function appendOnSqlite(
  tx: SqlTransaction,
  t: LogTables,
  origin: Origin,
  batches: readonly ScopeBatch[],
): Promise<HeadsBefore> {
  await tx.query('SAVEPOINT hearsay_append', []);
  try {
    await tx.query(
      `INSERT OR IGNORE INTO ${t.scope} SELECT value, 0, '${GENESIS}', 0 FROM json_each(?)`,
      [asciiJson(batches.map(({ scope }) => scope))],
    );
    const inserted = await tx.query(insertSql(t), [
      originId(origin),
      Date.now(),
      rowsJson(batches),
    ]);
    await tx.query(moveSql(t), [bumpsJson(batches)]);
    await tx.query('RELEASE hearsay_append', []);
    return headsOfInserted(inserted);
  } catch (error) {
    await undo(tx);
    throw error;
  }
}

/** Never throws, so that it cannot hide the error that led to it; SQLite may have rolled all back itself. */
async function undo(tx: SqlTransaction): Promise<void> {
  try {
    await tx.query('ROLLBACK TO hearsay_append', []);
    await tx.query('RELEASE hearsay_append', []);
  } catch {}
}

function insertSql(t: LogTables): string {
  return `INSERT INTO ${t.log} (scope, version, append_id, prev_id, kind, key, origin, appended_at)
SELECT c.scope, c.version + (r.value ->> 'n'), r.value ->> 'i', coalesce(r.value ->> 'p', c.append_id),
  r.value ->> 't', r.value ->> 'k', ?, ?
FROM json_each(?) r JOIN ${t.scope} c ON c.scope = r.value ->> 's'
RETURNING scope, version, prev_id AS prev, (SELECT log_id FROM ${t.meta}) AS log`;
}

function moveSql(t: LogTables): string {
  return `UPDATE ${t.scope} SET version = version + b.n, append_id = b.i
FROM (SELECT value ->> 's' AS s, value ->> 'n' AS n, value ->> 'i' AS i FROM json_each(?)) b WHERE scope = b.s`;
}
