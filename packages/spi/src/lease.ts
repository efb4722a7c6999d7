import type { DatabaseIncarnation, LeaseSeq, LogId, Origin } from './words.js';

/** "This process may serve strict scopes from memory." One row per process: its newest lease. */
export interface LeaseRow {
  readonly holder: Origin;
  readonly leaseSeq: LeaseSeq;
  /** The longest L of this holder's strict scopes; an integer, 1 … `LIMITS.leaseMsMax`. */
  readonly leaseMs: number;
}

/** One reading of the lease table: committed state of the primary, in one snapshot. */
export interface LeaseTable {
  readonly logId: LogId;
  readonly incarnation: DatabaseIncarnation;
  /** At most `LIMITS.leaseRowsMax`. */
  readonly rows: readonly LeaseRow[];
  /** `false` when rows were left out: too many, or not as a holder writes them. Then it vouches for nothing. */
  readonly complete: boolean;
  /** The largest L of the rows and of all that were ever committed (kept in the meta row); 0 when none was. */
  readonly leaseMsMax: number;
}

/**
 * The lease table beside a version log (rules S1, S2, S5): who may hold the right to serve strict
 * scopes. Its statements go to the primary, on connections of the log's own, in transactions of
 * their own. No wall clock, the database's neither, has a part in it.
 */
export interface LeaseStore {
  /**
   * Commits the holder's row and raises the L of the meta row to `leaseMs` where that is more. A row
   * that is gone is made anew. A row whose `leaseSeq` is not below this one stays as it is: a commit
   * that was given up and arrives late must not bring back an older lease.
   *
   * @returns after COMMIT was answered
   * @throws {LogUnavailableError} the outcome is unknown: a next lease takes a higher `leaseSeq`
   */
  commitLease(row: LeaseRow): Promise<void>;
  /**
   * Reads in a snapshot that began after the call.
   * @throws {LogUnavailableError}
   */
  readLeases(): Promise<LeaseTable>;
  /**
   * Removes those of the rows that still have this `leaseSeq`.
   * @throws {LogUnavailableError} the outcome is unknown
   */
  removeLeases(rows: readonly LeaseRow[]): Promise<void>;
}
