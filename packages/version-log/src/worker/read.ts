import type {
  AppendId,
  ChainHead,
  DatabaseIncarnation,
  LogId,
  LogRow,
  PollAnswer,
  PollRequest,
  Scope,
  ScopeReading,
  TargetKind,
  Version,
} from '@hearsay/spi';
import type { SqliteConnection, SqliteRow, SqliteStatement } from '../sqlite.js';

/** Rows stop once they would take about this much; every scope that lags gets at least one. */
export const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const ROW_OVERHEAD_BYTES = 128;
const CHUNK_ROWS = 1024;

/** Reads one snapshot of committed state (rule L3): its transaction holds nothing but these reads. */
export class LogReader {
  readonly #db: SqliteConnection;
  readonly #incarnation: DatabaseIncarnation;
  readonly #logId: SqliteStatement;
  readonly #counters: SqliteStatement;
  readonly #rows: SqliteStatement;

  constructor(
    db: SqliteConnection,
    prepared: (sql: string) => SqliteStatement,
    p: string,
    incarnation: DatabaseIncarnation,
  ) {
    this.#db = db;
    this.#incarnation = incarnation;
    this.#logId = prepared(`SELECT log_id FROM ${p}meta`);
    this.#counters = prepared(
      `SELECT scope, version, append_id, floor FROM ${p}scope
       WHERE scope IN (SELECT value FROM json_each(?))`,
    );
    this.#rows = prepared(
      `SELECT version, append_id, prev_id, kind, key, origin FROM ${p}log
       WHERE scope = ? AND version > ? ORDER BY version LIMIT ?`,
    );
  }

  /** On an error the transaction may be left open: give the connection up. */
  read(request: PollRequest): PollAnswer {
    this.#db.exec('BEGIN');
    const logId = this.#logId.get()?.['log_id'] as LogId;
    const counters = this.#counters.all(JSON.stringify([...request.positions.keys()]));
    const budget = { bytes: ANSWER_BYTES_MAX };
    const readings = counters.map((counter) => this.#reading(counter, request, budget));
    this.#db.exec('COMMIT');
    return { logId, incarnation: this.#incarnation, readings };
  }

  #reading(counter: SqliteRow, request: PollRequest, budget: { bytes: number }): ScopeReading {
    const scope = counter['scope'] as Scope;
    const head: ChainHead = {
      version: counter['version'] as Version,
      appendId: counter['append_id'] as AppendId,
    };
    const floor = counter['floor'] as Version;
    const position = request.positions.get(scope);
    // Not behind the head: nothing to read, whether it is reached, on another chain or beyond it.
    if (position === undefined || position.version >= head.version)
      return { scope, head, floor, rows: [] };
    return { scope, head, floor, rows: this.#rowsAfter(scope, position, request.rowsMax, budget) };
  }

  #rowsAfter(
    scope: Scope,
    position: ChainHead,
    rowsMax: number,
    budget: { bytes: number },
  ): readonly LogRow[] {
    const rows: LogRow[] = [];
    for (;;) {
      const after = rows.at(-1)?.version ?? position.version;
      const limit = Math.min(CHUNK_ROWS, rowsMax - rows.length);
      const chunk = this.#rows.all(scope, after, limit);
      for (const sqlRow of chunk) {
        const row = logRowOf(sqlRow);
        budget.bytes -= ROW_OVERHEAD_BYTES + row.target.key.length + row.origin.length;
        if (budget.bytes < 0 && rows.length > 0) return rows;
        rows.push(row);
      }
      if (chunk.length < limit || rows.length === rowsMax) return rows;
    }
  }
}

function logRowOf(row: SqliteRow): LogRow {
  return {
    version: row['version'] as Version,
    appendId: row['append_id'] as AppendId,
    prevId: row['prev_id'] as AppendId,
    target: { kind: row['kind'] as TargetKind, key: row['key'] as string },
    origin: row['origin'] as string,
  };
}
