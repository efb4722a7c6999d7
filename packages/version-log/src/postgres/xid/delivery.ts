import { randomBytes } from 'node:crypto';
import {
  type AppendId,
  type ChainHead,
  GENESIS,
  type LogRow,
  type Scope,
  type ScopeReading,
  type Target,
  VERSION_ZERO,
  type Version,
} from '@hearsay/spi';

/** Rows that a scope keeps for readers that ask again; one behind them begins anew. */
export const KEPT_ROWS_MAX = 16_384;

/** A row as the log holds it. */
export interface XidRow {
  readonly appendId: AppendId;
  readonly target: Target;
  readonly origin: string;
}

/**
 * The rows of one scope in the order in which they were read here, as a chain of its own: versions
 * without a gap, each row linked to the one before. In this form the freshness machine follows a log
 * that has neither numbers nor links. They mean nothing to anybody else.
 */
export class Delivery {
  readonly #rows: LogRow[] = [];
  readonly #versions = new Map<AppendId, Version>();
  /** Before the first row that is kept. */
  #base: ChainHead = { version: VERSION_ZERO, appendId: GENESIS };

  get head(): ChainHead {
    const last = this.#rows.at(-1);
    return last ? { version: last.version, appendId: last.appendId } : this.#base;
  }

  add(rows: readonly XidRow[]): void {
    for (const { appendId, target, origin } of rows) {
      const { version: before, appendId: prevId } = this.head;
      const version = (before + 1) as Version;
      this.#rows.push({ version, appendId, prevId, target, origin });
      this.#versions.set(appendId, version);
    }
    const first = this.#rows[this.#rows.length - KEPT_ROWS_MAX];
    if (first) this.#forgetBefore(first);
  }

  /** Something may be missing: whoever has not read beyond this moment begins anew (rule L4). */
  breakOff(): void {
    const version = (this.head.version + 1) as Version;
    this.#base = { version, appendId: randomBytes(8).toString('hex') as AppendId };
    this.#rows.length = 0;
    this.#versions.clear();
  }

  reading(scope: Scope, position: ChainHead | undefined, rowsMax: number): ScopeReading {
    const { head } = this;
    const from = position === undefined ? head.version : position.version;
    const at = from - this.#base.version;
    const rows = at < 0 ? [] : this.#rows.slice(at, at + rowsMax);
    return { scope, head, floor: this.#base.version, rows };
  }

  /** Where the row stands; `undefined` where it is not kept. */
  find(appendId: AppendId): ChainHead | undefined {
    const version = this.#versions.get(appendId);
    return version === undefined ? undefined : { version, appendId };
  }

  /** What is no longer kept, or was never to be read here, stands at or below this. */
  get base(): ChainHead {
    return this.#base;
  }

  #forgetBefore(first: LogRow): void {
    const count = first.version - 1 - this.#base.version;
    this.#base = { version: (first.version - 1) as Version, appendId: first.prevId };
    for (const { appendId } of this.#rows.splice(0, count)) this.#versions.delete(appendId);
  }
}
