import {
  type AppendId,
  type LogId,
  type Origin,
  originId,
  type Scope,
  type Version,
} from '@hearsay/spi';
import { TransactionMissingError } from '../errors.js';
import type { LogTables } from '../tables.js';
import { asciiJson, bumpsJson, headsOfInserted, rowsJson } from './append-json.js';
import type { HeadsBefore, NewRow, ScopeBatch } from './batch.js';
import { sqlCodes } from './sql-error.js';
import type { SqlTransaction } from './sql-transaction.js';

/** Only where rows that are inserted can be returned, and only inside a transaction. */
const ONLY_RETURNED = 'FALSE /*M! OR @@in_transaction = 1 */';
/** ER_SP_DOES_NOT_EXIST: the savepoint is gone at once, since there is no transaction to hold it. */
const NO_SAVEPOINT = '1305';

/**
 * Two statements on MariaDB, which returns what it inserts, and of one row a block of them, where
 * server and connection run blocks; six on MySQL, which does not.
 *
 * The rows come first: their locking read of the counters, one after the other in sorted order
 * (rule L6), waits for other writers and sees the newest committed state at every isolation level.
 * Outside a transaction rows would be committed without their counter and stop every later writer:
 * there the first statement does nothing. Nor does it on MySQL, which skips what only MariaDB reads.
 */
export async function appendOnMysql(
  tx: SqlTransaction,
  t: LogTables,
  origin: Origin,
  batches: readonly ScopeBatch[],
  runsBlocks: boolean,
): Promise<HeadsBefore> {
  const returning = `/*M! RETURNING scope, version, prev_id AS prev, (SELECT log_id FROM ${t.meta}) AS log */`;
  const one = onlyRow(batches);
  if (one !== undefined) {
    const { scope, row } = one;
    const { kind, key } = row.target;
    const insert = [originId(origin), row.appendId, kind, key, scope];
    const move = [row.appendId, scope];
    const inserted = runsBlocks
      ? firstRows(await tx.query(blockSql(t, returning), [...insert, ...move]))
      : await tx.query(insertOneSql(t, returning), insert);
    if (inserted.length === 0) return appendInSteps(tx, t, origin, batches);
    if (!runsBlocks) await tx.query(moveOneSql(t), move);
    return headsOfInserted(inserted);
  }
  const params = [originId(origin), rowsJson(batches)];
  const inserted = await tx.query(insertSql(t, ONLY_RETURNED, returning), params);
  if (inserted.length === 0) return appendInSteps(tx, t, origin, batches);
  const before = headsOfInserted(inserted);
  // Also where one is missing: should the caller commit after the error, the chain is whole.
  await move(tx, t, batches, before);
  return before;
}

/** Without what the insert returns the counters are read ahead, under the locks that it needs. */
async function appendInSteps(
  tx: SqlTransaction,
  t: LogTables,
  origin: Origin,
  batches: readonly ScopeBatch[],
): Promise<HeadsBefore> {
  await refuseAutocommit(tx);
  const scopes = asciiJson(batches.map(({ scope }) => scope));
  const found = await tx.query(lockSql(t), [scopes]);
  const before: HeadsBefore = {
    logId: found[0]?.['log'] as LogId,
    heads: new Map(
      found.map(({ scope, version, link }) => [
        scope as Scope,
        { version: Number(version) as Version, appendId: link as AppendId },
      ]),
    ),
  };
  if (before.heads.size < batches.length) return before;
  await tx.query(insertSql(t, 'TRUE', ''), [originId(origin), rowsJson(batches)]);
  await move(tx, t, batches, before);
  return before;
}

async function refuseAutocommit(tx: SqlTransaction): Promise<void> {
  await tx.query('SAVEPOINT hearsay_append', []);
  try {
    await tx.query('RELEASE SAVEPOINT hearsay_append', []);
  } catch (error) {
    if (!sqlCodes(error).includes(NO_SAVEPOINT)) throw error;
    throw new TransactionMissingError(
      'an append needs an open transaction: begin one, and append last in it',
      { cause: error },
    );
  }
}

async function move(
  tx: SqlTransaction,
  t: LogTables,
  batches: readonly ScopeBatch[],
  { heads }: HeadsBefore,
): Promise<void> {
  await tx.query(moveSql(t), [bumpsJson(batches.filter(({ scope }) => heads.has(scope)))]);
}

function lockSql(t: LogTables): string {
  return `SELECT STRAIGHT_JOIN c.scope, c.version, c.append_id AS link, (SELECT log_id FROM ${t.meta}) AS log
FROM JSON_TABLE(?, '$[*]' COLUMNS (s VARCHAR(64) CHARACTER SET ascii PATH '$')) r
JOIN ${t.scope} c FORCE INDEX (PRIMARY) ON c.scope = r.s FOR UPDATE`;
}

/**
 * One row, as nearly every write has it, for half the time of a table made of JSON. Its key goes as it
 * is, so it is one that every character set has.
 */
function onlyRow(
  batches: readonly ScopeBatch[],
): { readonly scope: Scope; readonly row: NewRow } | undefined {
  const [{ scope, rows } = { scope: undefined, rows: [] }, ...others] = batches;
  const [row, ...more] = rows;
  if (scope === undefined || row === undefined || others.length + more.length > 0) return undefined;
  return /^[ -~]*$/.test(row.target.key) ? { scope, row } : undefined;
}

function insertOneSql(t: LogTables, returning: string): string {
  return `INSERT INTO ${t.log} (origin, appended_at, append_id, kind, \`key\`, scope, version, prev_id)
SELECT ?, CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED), ?, ?, ?, c.scope, c.version + 1, c.append_id
FROM ${t.scope} c FORCE INDEX (PRIMARY) WHERE c.scope = ? AND (${ONLY_RETURNED}) FOR UPDATE ${returning}`;
}

function moveOneSql(t: LogTables): string {
  return `UPDATE ${t.scope} c SET c.version = c.version + 1, c.append_id = ? WHERE c.scope = ?`;
}

/** MariaDB: both in one round trip. The move too must do nothing outside a transaction. */
function blockSql(t: LogTables, returning: string): string {
  return `BEGIN NOT ATOMIC
${insertOneSql(t, returning)};
${moveOneSql(t)} AND @@in_transaction = 1;
END`;
}

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Of the answer to a block, which has an element for each of its statements and one for itself. */
function firstRows(answer: readonly unknown[]): Rows {
  const [rows] = answer;
  return Array.isArray(rows) ? rows : (answer as Rows);
}

/** The names are read in the character set of the parameter, which may be a narrow one. */
function insertSql(t: LogTables, only: string, returning: string): string {
  return `INSERT INTO ${t.log} (scope, version, append_id, prev_id, kind, \`key\`, origin, appended_at)
SELECT STRAIGHT_JOIN c.scope, c.version + r.n, r.i, COALESCE(r.p, c.append_id), r.t, r.k, ?,
  CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED)
FROM JSON_TABLE(CONVERT(? USING utf8mb4), '$[*]' COLUMNS (
  s VARCHAR(64) CHARACTER SET ascii PATH '$.s', n BIGINT PATH '$.n', i CHAR(16) CHARACTER SET ascii PATH '$.i',
  p CHAR(16) CHARACTER SET ascii PATH '$.p', t VARCHAR(8) CHARACTER SET ascii PATH '$.t',
  k VARCHAR(1024) CHARACTER SET utf8mb4 PATH '$.k')) r
JOIN ${t.scope} c FORCE INDEX (PRIMARY) ON c.scope = r.s WHERE ${only} FOR UPDATE ${returning}`;
}

function moveSql(t: LogTables): string {
  return `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
  s VARCHAR(64) CHARACTER SET ascii PATH '$.s', n BIGINT PATH '$.n', i CHAR(16) CHARACTER SET ascii PATH '$.i')) r
STRAIGHT_JOIN ${t.scope} c FORCE INDEX (PRIMARY) ON c.scope = r.s
SET c.version = c.version + r.n, c.append_id = r.i`;
}
