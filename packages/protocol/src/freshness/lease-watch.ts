import type { LeaseTable } from '@hearsay/spi';
import type { LogLife } from './lease-machine.js';
import { LEASE_TERMS, type LeaseTerms } from './lease-terms.js';

/** What a reading of the lease table is worth to a revoker. */
export interface LeaseVerdict {
  /** How long nobody can be without a right that is older than now. */
  readonly waitMs: number;
  /** Whether everyone who may hold a right stands in the table. */
  readonly vouched: boolean;
}

/**
 * How long this process has watched the life of the database that answers (rule S4). A restart, a
 * failover or a restored backup may have lost rows; their holders' rights are over when L has passed.
 */
export class LeaseWatch {
  readonly #terms: LeaseTerms;
  #log: LogLife | undefined;
  #sinceMs = Number.POSITIVE_INFINITY;
  #leaseMsMax = 0;

  constructor(terms: LeaseTerms = LEASE_TERMS) {
    this.#terms = terms;
  }

  /** @param nowMs when the answer had arrived: that life may have begun just before */
  observe(log: LogLife, nowMs: number): void {
    const same = this.#log?.logId === log.logId && this.#log.incarnation === log.incarnation;
    this.#log = { logId: log.logId, incarnation: log.incarnation };
    if (!same) this.#sinceMs = nowMs;
  }

  /** Commits that were seen are gone, whatever the database says of its life. */
  doubt(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  /** A lease that a table may have lost: this process's own. */
  remember(leaseMs: number): void {
    this.#leaseMsMax = Math.max(this.#leaseMsMax, leaseMs);
  }

  /** @param table has just arrived */
  judge(table: LeaseTable, nowMs: number): LeaseVerdict {
    this.observe(table, nowMs);
    this.remember(table.leaseMsMax);
    const waitMs = this.#terms.waitShare * this.#leaseMsMax;
    return { waitMs, vouched: table.complete && nowMs - this.#sinceMs >= waitMs };
  }
}
