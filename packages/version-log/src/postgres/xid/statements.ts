import type { Scope } from '@hearsay/spi';
import type { Statement } from '../../server/connection.js';
import type { LogTables } from '../../tables.js';
import { LIFE } from '../statements.js';
import type { Snapshot } from './snapshot.js';

const NOW_MS = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** The statements of a log without counters. */
export class XidStatements {
  readonly #t: LogTables;
  readonly #read: string;

  constructor(t: LogTables) {
    this.#t = t;
    this.#read = readSql(t);
  }

  /**
   * One row of the kind `head`: the log as `id`, the life as `key`, as `origin` what the table is physically
   * and the snapshot, and as `scope` those whose rows may have been pruned too early. Then rows that
   * this snapshot sees and the last one did not, at most `limit`.
   */
  read(scopes: readonly Scope[], last: Snapshot | undefined, limit: number): Statement {
    const [names, text] = [scopes.join(), last?.text ?? null];
    return { sql: this.#read, params: [names, text, names, text, text, limit] };
  }

  /** `floor`: the transaction of the oldest row that stays when `keepRows` do; null when all do. */
  floorBySize(scope: Scope, keepRows: number): Statement {
    const { log } = this.#t;
    return keepRows === 0
      ? { sql: 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS floor', params: [] }
      : {
          sql: `SELECT xid::text AS floor FROM ${log} WHERE scope = $1::text
            ORDER BY xid DESC OFFSET $2::bigint LIMIT 1`,
          params: [scope, keepRows - 1],
        };
  }

  /** `floor`: the transaction of the oldest row that is not older. */
  floorByAge(scope: Scope, maxAgeMs: number): Statement {
    return {
      sql: `SELECT coalesce((SELECT xid::text FROM ${this.#t.log}
          WHERE scope = $1::text AND appended_at >= ${NOW_MS} - $2::bigint ORDER BY xid LIMIT 1),
        pg_snapshot_xmin(pg_current_snapshot())::text) AS floor`,
      params: [scope, maxAgeMs],
    };
  }

  /**
   * Raises the floor; never lowers it, and never above what is still in progress: a row that is
   * committed only later must not stand below it.
   */
  raiseFloor(scope: Scope, floor: string): Statement {
    return {
      sql: `INSERT INTO ${this.#t.scope} AS s (scope, floor)
        VALUES ($1::text, least($2::text::xid8, pg_snapshot_xmin(pg_current_snapshot())))
        ON CONFLICT (scope) DO UPDATE SET floor = greatest(s.floor, excluded.floor)`,
      params: [scope, floor],
    };
  }

  deletePruned(scope: Scope, rowsMax: number): Statement {
    const { log, scope: scopes } = this.#t;
    return {
      sql: `DELETE FROM ${log} WHERE (scope, xid, append_id) IN (
          SELECT l.scope, l.xid, l.append_id FROM ${log} l JOIN ${scopes} s ON s.scope = l.scope
          WHERE l.scope = $1::text AND l.xid < s.floor ORDER BY l.xid LIMIT $2::int)`,
      params: [scope, rowsMax],
    };
  }
}

function readSql(t: LogTables): string {
  return `SELECT 'head' AS kind,
    (SELECT string_agg(s.scope, ',') FROM ${t.scope} s WHERE s.scope = ANY (string_to_array($1::text, ','))
      AND s.floor > pg_snapshot_xmin($2::text::pg_snapshot)) AS scope,
    NULL AS xid, m.log_id AS id, ${LIFE} AS key,
    concat_ws('.', (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()),
      to_regclass('${t.log}')::oid, pg_relation_filenode(to_regclass('${t.log}'))) || ' ' || pg_current_snapshot() AS origin
  FROM ${t.meta} m
  UNION ALL
  (SELECT l.kind, l.scope, l.xid::text, l.append_id, l.key, l.origin FROM ${t.log} l
    WHERE l.scope = ANY (string_to_array($3::text, ','))
      AND l.xid >= pg_snapshot_xmin($4::text::pg_snapshot)
      AND NOT pg_visible_in_snapshot(l.xid, $5::text::pg_snapshot)
    ORDER BY l.xid LIMIT $6::int)`;
}
