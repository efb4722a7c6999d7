import {
  type AppendId,
  type LogId,
  type Origin,
  originId,
  type Scope,
  type Version,
} from '@hearsay/spi';
import type { LogTables } from '../tables.js';
import { bumpsJson, rowsJson } from './append-json.js';
import type { HeadsBefore, ScopeBatch } from './batch.js';
import type { SqlTransaction, SqlValue } from './sql-transaction.js';

const NOW_MS = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
const ROW = '(s text, n bigint, i text, p text, t text, k text)';

/** Takes a parameter into the statement. @returns its placeholder */
type Bind = (value: SqlValue, type: 'text' | 'bigint') => string;

/**
 * One statement, one round trip: locks the counters in sorted order (rule L6), moves them, inserts
 * the rows, and returns the heads that they follow. A scope without a counter is left out.
 *
 * The lock comes first, since an update alone can neither order its locks nor tell the old link. It
 * reads the newest committed counter, also where it had to wait: the update then meets a row that
 * is locked by its own transaction.
 *
 * @param marker the value of the setting `hearsay.write` without which nothing is done
 */
export async function appendOnPostgres(
  tx: SqlTransaction,
  t: LogTables,
  origin: Origin,
  batches: readonly ScopeBatch[],
  marker?: string,
): Promise<HeadsBefore> {
  const params: SqlValue[] = [];
  const bind: Bind = (value, type) => `$${params.push(value)}::${type}`;
  const [first, ...others] = batches;
  const isOne = first !== undefined && others.length === 0;
  const held = isOne ? heldScope(t, first, bind) : heldScopes(t, batches, bind);
  const when =
    marker === undefined
      ? ''
      : `AND current_setting('hearsay.write', true) = ${bind(marker, 'text')}`;
  const sql = `WITH held AS MATERIALIZED (
  ${held} ${when} ${isOne ? '' : 'ORDER BY c.scope'} FOR UPDATE OF c
), moved AS (
  UPDATE ${t.scope} c SET version = held.version + held.n, append_id = held.i FROM held WHERE c.scope = held.scope
), added AS (
  INSERT INTO ${t.log} (scope, version, append_id, prev_id, kind, key, origin, appended_at)
  SELECT held.scope, held.version + r.n, r.i, coalesce(r.p, held.append_id), r.t, r.k,
    ${bind(originId(origin), 'text')}, ${NOW_MS}
  FROM json_to_recordset(${bind(rowsJson(batches), 'text')}::json) AS r ${ROW} JOIN held ON held.scope = r.s
)
SELECT scope, version, append_id AS link, (SELECT log_id FROM ${t.meta}) AS log FROM held`;
  const found = await tx.query(sql, params);
  return {
    logId: found[0]?.['log'] as LogId,
    heads: new Map(
      found.map(({ scope, version, link }) => [
        scope as Scope,
        { version: Number(version) as Version, appendId: link as AppendId },
      ]),
    ),
  };
}

/** One scope, as nearly every write has it, without the plan of a join. */
function heldScope(t: LogTables, { scope, rows }: ScopeBatch, bind: Bind): string {
  return `SELECT c.scope, c.version, c.append_id, ${bind(rows.length, 'bigint')} AS n,
    ${bind(rows.at(-1)?.appendId ?? null, 'text')} AS i
  FROM ${t.scope} c WHERE c.scope = ${bind(scope, 'text')}`;
}

function heldScopes(t: LogTables, batches: readonly ScopeBatch[], bind: Bind): string {
  return `SELECT c.scope, c.version, c.append_id, b.n, b.i FROM ${t.scope} c
  JOIN json_to_recordset(${bind(bumpsJson(batches), 'text')}::json) AS b (s text, n bigint, i text) ON c.scope = b.s
  WHERE true`;
}
