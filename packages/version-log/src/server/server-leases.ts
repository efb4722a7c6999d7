import { type LeaseRow, type LeaseStore, type LeaseTable, LIMITS, type LogId } from '@hearsay/spi';
import { leaseRowOf } from '../lease-row.js';
import { logGone } from './poll.js';
import type { Session } from './session.js';
import type { LogStatements } from './statements.js';

/** The lease table on a database server: each statement a transaction of its own, on the primary (rules S1, S2). */
export class ServerLeases implements LeaseStore {
  readonly #session: Session;
  readonly #statements: LogStatements;
  readonly #timeoutMs: number;

  constructor(session: Session, statements: LogStatements, timeoutMs: number) {
    this.#session = session;
    this.#statements = statements;
    this.#timeoutMs = timeoutMs;
  }

  /** The longest lease is raised first: should the row not follow, a revoker only waits longer. */
  async commitLease(row: LeaseRow): Promise<void> {
    await this.#session.run(this.#timeoutMs, async (connection) => {
      // A plain read comes before: an update of the meta row would wait for writers on MySQL.
      const { rows } = await connection.run(this.#statements.leases(1));
      if (!(Number(rows[0]?.['longest']) >= row.leaseMs))
        await connection.run(this.#statements.raiseLeaseMs(row.leaseMs));
      await connection.run(this.#statements.putLease(row));
    });
  }

  async readLeases(): Promise<LeaseTable> {
    return this.#session.run(this.#timeoutMs, async (connection) => {
      const { rows: found } = await connection.run(
        this.#statements.leases(LIMITS.leaseRowsMax + 1),
      );
      const meta = found[0];
      if (meta === undefined) throw logGone();
      const leases = found.filter(({ node }) => node !== null);
      const rows = leases.slice(0, LIMITS.leaseRowsMax).flatMap(({ node, epoch, seq, ms }) => {
        return leaseRowOf({ node, epoch, leaseSeq: seq, leaseMs: ms }) ?? [];
      });
      return {
        logId: meta['log'] as LogId,
        incarnation: connection.incarnationOf(meta['life']),
        rows,
        complete: rows.length === leases.length,
        leaseMsMax: Math.max(Number(meta['longest']), ...rows.map(({ leaseMs }) => leaseMs)),
      };
    });
  }

  async removeLeases(rows: readonly LeaseRow[]): Promise<void> {
    await this.#session.run(this.#timeoutMs, async (connection) => {
      for (const row of rows) await connection.run(this.#statements.removeLease(row));
    });
  }
}
