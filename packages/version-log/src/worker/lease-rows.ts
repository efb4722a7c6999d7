import {
  type DatabaseIncarnation,
  type LeaseRow,
  type LeaseTable,
  LIMITS,
  type LogId,
} from '@hearsay/spi';
import { leaseRowOf } from '../lease-row.js';
import type { SqliteConnection, SqliteRow, SqliteStatement } from '../sqlite.js';

/** Who may hold the right to serve strict scopes (rules S1, S5). */
export class LeaseRows {
  readonly #db: SqliteConnection;
  readonly #incarnation: DatabaseIncarnation;
  readonly #put: SqliteStatement;
  readonly #raise: SqliteStatement;
  readonly #meta: SqliteStatement;
  readonly #rows: SqliteStatement;
  readonly #remove: SqliteStatement;

  constructor(
    db: SqliteConnection,
    prepared: (sql: string) => SqliteStatement,
    p: string,
    incarnation: DatabaseIncarnation,
  ) {
    this.#db = db;
    this.#incarnation = incarnation;
    this.#put = prepared(
      `INSERT INTO ${p}lease (node, epoch, lease_seq, lease_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (node, epoch) DO UPDATE
       SET lease_seq = excluded.lease_seq, lease_ms = excluded.lease_ms
       WHERE lease_seq < excluded.lease_seq`,
    );
    this.#raise = prepared(`UPDATE ${p}meta SET lease_ms_max = ? WHERE lease_ms_max < ?`);
    this.#meta = prepared(`SELECT log_id, lease_ms_max FROM ${p}meta`);
    this.#rows = prepared(
      `SELECT node, epoch, lease_seq, lease_ms FROM ${p}lease LIMIT ${LIMITS.leaseRowsMax + 1}`,
    );
    this.#remove = prepared(`DELETE FROM ${p}lease WHERE node = ? AND epoch = ? AND lease_seq = ?`);
  }

  /** Belongs in a transaction. */
  put({ holder, leaseSeq, leaseMs }: LeaseRow): void {
    this.#put.run(holder.node, holder.epoch, leaseSeq, leaseMs);
    this.#raise.run(leaseMs, leaseMs);
  }

  /** Belongs in a transaction. */
  remove({ holder, leaseSeq }: LeaseRow): void {
    this.#remove.run(holder.node, holder.epoch, leaseSeq);
  }

  /** One snapshot. On an error the transaction may be left open: give the connection up. */
  read(): LeaseTable {
    this.#db.exec('BEGIN');
    const meta = this.#meta.get();
    const found = this.#rows.all();
    this.#db.exec('COMMIT');
    const rows = found.slice(0, LIMITS.leaseRowsMax).flatMap((row) => leaseOf(row) ?? []);
    return {
      logId: meta?.['log_id'] as LogId,
      incarnation: this.#incarnation,
      rows,
      complete: rows.length === found.length,
      leaseMsMax: Math.max(Number(meta?.['lease_ms_max']), ...rows.map(({ leaseMs }) => leaseMs)),
    };
  }
}

function leaseOf(row: SqliteRow): LeaseRow | undefined {
  const { node, epoch, lease_seq: leaseSeq, lease_ms: leaseMs } = row;
  return leaseRowOf({ node, epoch, leaseSeq, leaseMs });
}
