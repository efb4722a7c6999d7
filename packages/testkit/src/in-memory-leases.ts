import {
  type DatabaseIncarnation,
  type LeaseRow,
  type LeaseStore,
  type LeaseTable,
  LIMITS,
  type LogId,
  originId,
} from '@hearsay/spi';

/** Names the database, or throws when it is out of reach. */
type Reach = () => { readonly logId: LogId; readonly incarnation: DatabaseIncarnation };

/** The lease table of an in-memory log. Its synchronous half is there for simulations. */
export class InMemoryLeases implements LeaseStore {
  readonly #reach: Reach;
  readonly #rows = new Map<string, LeaseRow>();
  #leaseMsMax = 0;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  async commitLease(row: LeaseRow): Promise<void> {
    this.commit(row);
  }

  async readLeases(): Promise<LeaseTable> {
    return this.read();
  }

  async removeLeases(rows: readonly LeaseRow[]): Promise<void> {
    this.remove(rows);
  }

  /** {@link commitLease}, without waiting. */
  commit(row: LeaseRow): void {
    this.#reach();
    const id = originId(row.holder);
    const before = this.#rows.get(id);
    if (before === undefined || before.leaseSeq < row.leaseSeq) this.#rows.set(id, row);
    this.#leaseMsMax = Math.max(this.#leaseMsMax, row.leaseMs);
  }

  /** {@link readLeases}, without waiting. */
  read(): LeaseTable {
    const { logId, incarnation } = this.#reach();
    const rows = [...this.#rows.values()].slice(0, LIMITS.leaseRowsMax);
    const complete = rows.length === this.#rows.size;
    return { logId, incarnation, rows, complete, leaseMsMax: this.#leaseMsMax };
  }

  /** {@link removeLeases}, without waiting. */
  remove(rows: readonly LeaseRow[]): void {
    this.#reach();
    for (const { holder, leaseSeq } of rows) {
      const id = originId(holder);
      if (this.#rows.get(id)?.leaseSeq === leaseSeq) this.#rows.delete(id);
    }
  }

  /** A failover that lost these rows; nobody is told. */
  lose(rows: readonly LeaseRow[]): void {
    for (const { holder } of rows) this.#rows.delete(originId(holder));
  }

  /** Everything is gone, the longest L too. */
  clear(): void {
    this.#rows.clear();
    this.#leaseMsMax = 0;
  }
}
