/** A `pg_snapshot` (PostgreSQL, "Transaction ID and Snapshot Information Functions"). */
export class Snapshot {
  readonly text: string;
  readonly #xmax: bigint;
  readonly #xmin: bigint;
  readonly #inProgress: ReadonlySet<bigint>;

  /** @param text `xmin:xmax:` and the transactions in between that were in progress, divided by commas */
  constructor(text: string) {
    const [xmin = '', xmax = '', list = ''] = text.split(':');
    this.text = text;
    this.#xmin = BigInt(xmin);
    this.#xmax = BigInt(xmax);
    this.#inProgress = new Set(list === '' ? [] : list.split(',').map(BigInt));
  }

  /** Whether what this transaction did, if it committed, was there when the snapshot was taken. */
  sees(xid: bigint): boolean {
    return xid < this.#xmin || (xid < this.#xmax && !this.#inProgress.has(xid));
  }
}
