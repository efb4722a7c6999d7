import {
  type AppliedPosition,
  GENESIS,
  type LogId,
  type Origin,
  originId,
  type Version,
} from '@hearsay/spi';
import { TransactionMissingError } from '../../errors.js';
import type { LogTables } from '../../tables.js';
import { rowsJson } from '../../write/append-json.js';
import { type Appended, batchesOf, NOTHING_APPENDED } from '../../write/batch.js';
import { appendError } from '../../write/sql-error.js';
import type { SqlTransaction, SqlValue } from '../../write/sql-transaction.js';

/**
 * One statement without a lock: the rows, each with the transaction that writes it. The version of an
 * announcement is that transaction's number; there is no predecessor.
 *
 * @param marker the value of the setting `hearsay.write` without which nothing is done
 * @throws {TransactionMissingError} the mark is not there; nothing is appended
 * @throws as `appendInTransaction`
 */
export async function appendXid(
  tx: SqlTransaction,
  t: LogTables,
  origin: Origin,
  invalidations: Parameters<typeof batchesOf>[0],
  marker?: string,
): Promise<Appended> {
  const batches = batchesOf(invalidations);
  if (batches.length === 0) return NOTHING_APPENDED;
  const params: SqlValue[] = [originId(origin), rowsJson(batches)];
  if (marker !== undefined) params.push(marker);
  const when =
    marker === undefined ? '' : `WHERE current_setting('hearsay.write', true) = $3::text`;
  const sql = `WITH added AS (
  INSERT INTO ${t.log} (scope, xid, append_id, kind, key, origin, appended_at)
  SELECT r.s, pg_current_xact_id(), r.i, r.t, r.k, $1::text, (extract(epoch FROM clock_timestamp()) * 1000)::bigint
  FROM json_to_recordset($2::text::json) AS r (s text, i text, t text, k text) ${when} RETURNING xid
)
SELECT (SELECT log_id FROM ${t.meta}) AS log, min(xid::text) AS xid FROM added`;
  let row: Readonly<Record<string, unknown>> | undefined;
  try {
    [row] = await tx.query(sql, params);
  } catch (error) {
    throw appendError(error);
  }
  if (row?.['xid'] == null)
    throw new TransactionMissingError('the transaction of the append is not open any more');
  const [logId, version] = [row['log'] as LogId, Number(row['xid']) as Version];
  const announcements = batches.flatMap(({ scope, rows }) =>
    rows.map(({ appendId, target }) => ({
      scope,
      target,
      place: { logId, version, appendId, prevId: GENESIS },
    })),
  );
  const positions = batches.flatMap(({ scope, rows }): AppliedPosition[] => {
    const last = rows.at(-1);
    return last ? [{ scope, logId, version, appendId: last.appendId }] : [];
  });
  return { announcements, positions };
}
