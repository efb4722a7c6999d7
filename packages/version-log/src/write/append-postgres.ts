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
  const when = () =>
    marker === undefined
      ? ''
      : `AND current_setting('hearsay.write', true) = ${bind(marker, 'text')}`;
  const sql = `WITH ${isOne ? movedScope(t, first, bind, when) : movedScopes(t, batches, bind, when)}, added AS (
  INSERT INTO ${t.log} (origin, appended_at, scope, version, append_id, prev_id, kind, key)
  SELECT ${bind(originId(origin), 'text')}, ${NOW_MS}, held.scope, ${addedRows(batches, bind)}
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

/** One scope, as nearly every write has it, in one step: half of the planning. */
function movedScope(
  t: LogTables,
  { scope, rows }: ScopeBatch,
  bind: Bind,
  when: () => string,
): string {
  return `held AS (
  UPDATE ${t.scope} c SET version = h.version + ${bind(rows.length, 'bigint')}, append_id = ${bind(rows.at(-1)?.appendId ?? null, 'text')}
  FROM (SELECT * FROM ${t.scope} WHERE scope = ${bind(scope, 'text')} ${when()} FOR UPDATE) h WHERE c.scope = h.scope
  RETURNING h.scope, h.version, h.append_id
)`;
}

function movedScopes(
  t: LogTables,
  batches: readonly ScopeBatch[],
  bind: Bind,
  when: () => string,
): string {
  return `held AS MATERIALIZED (
  SELECT c.scope, c.version, c.append_id, b.n, b.i FROM ${t.scope} c
  JOIN json_to_recordset(${bind(bumpsJson(batches), 'text')}::json) AS b (s text, n bigint, i text) ON c.scope = b.s
  WHERE true ${when()} ORDER BY c.scope FOR UPDATE OF c
), moved AS (
  UPDATE ${t.scope} c SET version = held.version + held.n, append_id = held.i FROM held WHERE c.scope = held.scope
)`;
}

/** A row that is alone needs no table made of JSON. */
function addedRows(batches: readonly ScopeBatch[], bind: Bind): string {
  const rows = batches.flatMap((batch) => batch.rows);
  const [row] = rows;
  if (row === undefined || rows.length > 1)
    return `held.version + r.n, r.i, coalesce(r.p, held.append_id), r.t, r.k
  FROM json_to_recordset(${bind(rowsJson(batches), 'text')}::json) AS r ${ROW} JOIN held ON held.scope = r.s`;
  const { appendId, target } = row;
  return `held.version + 1, ${bind(appendId, 'text')}, held.append_id, ${bind(target.kind, 'text')}, ${bind(target.key, 'text')}
  FROM held`;
}
