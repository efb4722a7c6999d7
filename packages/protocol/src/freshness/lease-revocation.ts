import {
  type LeaseRow,
  type LeaseTable,
  LIMITS,
  type LogId,
  type Origin,
  originId,
  sameOrigin,
} from '@hearsay/spi';
import type { LogLife } from './lease-machine.js';
import { LEASE_TERMS, type LeaseTerms } from './lease-terms.js';
import type { LeaseWatch } from './lease-watch.js';

/** How long one question to a holder may take; then it is asked again. */
const ASK_MS = 500;
/** Between a failed question, or reading of the table, and the next. */
const RETRY_MS = 100;

/** Everything that one revocation learns from the world. */
export type RevocationInput =
  | { readonly kind: 'table-read'; readonly table: LeaseTable }
  | { readonly kind: 'table-failed' }
  /**
   * The holder has dropped what was revoked, voided tickets and detached loads (rule S3); the log
   * and life are those that it follows.
   */
  | { readonly kind: 'acknowledged'; readonly holder: Origin; readonly log: LogLife }
  | { readonly kind: 'ask-failed'; readonly holder: Origin }
  /** Time passed; by `nextDueMs()`. */
  | { readonly kind: 'tick' };

/** What the driver does next, in this order. */
export type RevocationEffect =
  /** In a snapshot that begins after this moment. Answer with `table-read` or `table-failed`, once. */
  | { readonly kind: 'read-table' }
  /** Answer with `acknowledged` or `ask-failed`, once. */
  | { readonly kind: 'ask'; readonly holder: Origin; readonly timeoutMs: number }
  /** Nobody serves the old value any more: the caller may be told. Comes once. */
  | { readonly kind: 'done'; readonly outcome: RevocationOutcome }
  /** These holders' rights have run out. Comes after `done`, if at all. */
  | { readonly kind: 'remove-leases'; readonly rows: readonly LeaseRow[] };

export interface RevocationOutcome {
  /** Holders, other than this node, that have said that they dropped it. */
  readonly acknowledged: readonly Origin[];
  /** Holders that have not; their rights ran out. */
  readonly waitedOut: readonly Origin[];
  /** Whether the lease table was known to name every holder. If not, L was waited (rule S4). */
  readonly vouched: boolean;
}

/**
 * - `reading`: the lease table is being read
 * - `retrying`: reading it failed
 * - `waiting`: for acknowledgements or for L
 * - `sweeping`: done; rows are left to be removed
 * - `ended`
 */
export type RevocationState = 'reading' | 'retrying' | 'waiting' | 'sweeping' | 'ended';

export interface RevocationOptions {
  readonly self: Origin;
  /** The log that the revocation was appended to. */
  readonly logId: LogId;
  /** When COMMIT was answered, on this node's monotonic clock. Applied here since. */
  readonly committedMs: number;
  /** Whether there is a way to ask. */
  readonly asks: boolean;
}

/**
 * The revoker's side of strict scopes, after its commit (rules S2 to S5): read who may hold a right,
 * ask them, and be done when all have answered or when no right from before the commit can be left.
 * While the table cannot be read, L is taken for the longest that any holder may have.
 */
export class Revocation {
  readonly #options: RevocationOptions;
  readonly #watch: LeaseWatch;
  readonly #rows = new Map<string, LeaseRow>();
  readonly #acknowledged = new Map<string, Origin>();
  /** Holders to be asked again, and when. */
  readonly #asksDueMs = new Map<string, number>();
  #state: RevocationState = 'reading';
  #table: LeaseTable | undefined;
  #vouched = false;
  #readDueMs = Number.POSITIVE_INFINITY;
  #doneDueMs: number;
  #removeDueMs = Number.POSITIVE_INFINITY;

  constructor(options: RevocationOptions, watch: LeaseWatch, terms: LeaseTerms = LEASE_TERMS) {
    this.#options = options;
    this.#watch = watch;
    this.#doneDueMs = options.committedMs + terms.waitShare * LIMITS.leaseMsMax;
  }

  get state(): RevocationState {
    return this.#state;
  }

  /** To be called once, after the commit. */
  start(): RevocationEffect[] {
    return [{ kind: 'read-table' }];
  }

  /** @param nowMs monotonic; never falls */
  handle(input: RevocationInput, nowMs: number): RevocationEffect[] {
    const effects: RevocationEffect[] = [];
    switch (input.kind) {
      case 'table-read':
        if (this.#state === 'reading') this.#tableRead(input.table, nowMs);
        break;
      case 'table-failed':
        if (this.#state !== 'reading') break;
        this.#state = 'retrying';
        this.#readDueMs = nowMs + RETRY_MS;
        break;
      case 'acknowledged':
        this.#answered(input.holder, input.log, nowMs);
        break;
      case 'ask-failed':
        this.#askAgain(originId(input.holder), nowMs);
        break;
      case 'tick':
        break;
    }
    this.#advance(nowMs, effects);
    return effects;
  }

  /** When it wants the next 'tick' at the latest; `Infinity` when it has ended. */
  nextDueMs(): number {
    switch (this.#state) {
      case 'reading':
        return this.#doneDueMs;
      case 'retrying':
        return Math.min(this.#readDueMs, this.#doneDueMs);
      case 'waiting':
        return Math.min(this.#doneDueMs, ...this.#asksDueMs.values());
      case 'sweeping':
        return this.#removeDueMs;
      case 'ended':
        return Number.POSITIVE_INFINITY;
    }
  }

  #tableRead(table: LeaseTable, nowMs: number): void {
    const { self, logId, committedMs, asks } = this.#options;
    const { waitMs, vouched } = this.#watch.judge(table, nowMs);
    this.#state = 'waiting';
    this.#table = table;
    this.#vouched = vouched && table.logId === logId;
    // Rights from before the commit began before it; those of a later lease saw it.
    this.#doneDueMs = committedMs + waitMs;
    // A row may be younger than the commit: what it stands for counts from the reading at the latest.
    this.#removeDueMs = nowMs + waitMs;
    for (const row of table.rows) {
      if (sameOrigin(row.holder, self)) continue;
      const id = originId(row.holder);
      this.#rows.set(id, row);
      if (asks) this.#asksDueMs.set(id, nowMs);
    }
  }

  #answered(holder: Origin, log: LogLife, nowMs: number): void {
    const id = originId(holder);
    const { logId, incarnation } = this.#table ?? {};
    if (!this.#rows.has(id)) return;
    if (log.logId === logId && log.incarnation === incarnation) this.#acknowledged.set(id, holder);
    else this.#askAgain(id, nowMs);
  }

  #askAgain(id: string, nowMs: number): void {
    if (this.#rows.has(id)) this.#asksDueMs.set(id, nowMs + RETRY_MS);
  }

  #advance(nowMs: number, effects: RevocationEffect[]): void {
    if (this.#state === 'retrying' && nowMs >= this.#readDueMs && nowMs < this.#doneDueMs) {
      this.#state = 'reading';
      effects.push({ kind: 'read-table' });
    }
    if (this.#state === 'waiting') this.#ask(nowMs, effects);
    const open = this.#state !== 'sweeping' && this.#state !== 'ended';
    if (open && (nowMs >= this.#doneDueMs || this.#allAnswered())) this.#done(effects);
    if (this.#state === 'sweeping' && nowMs >= this.#removeDueMs) this.#sweep(effects);
  }

  #ask(nowMs: number, effects: RevocationEffect[]): void {
    for (const [id, dueMs] of this.#asksDueMs) {
      const holder = this.#rows.get(id)?.holder;
      if (dueMs > nowMs || holder === undefined) continue;
      this.#asksDueMs.delete(id);
      const timeoutMs = Math.min(ASK_MS, Math.ceil(this.#doneDueMs - nowMs));
      if (timeoutMs > 0) effects.push({ kind: 'ask', holder, timeoutMs });
    }
  }

  #allAnswered(): boolean {
    return this.#state === 'waiting' && this.#vouched && this.#unanswered().length === 0;
  }

  #unanswered(): LeaseRow[] {
    return [...this.#rows].filter(([id]) => !this.#acknowledged.has(id)).map(([, row]) => row);
  }

  #done(effects: RevocationEffect[]): void {
    const acknowledged = [...this.#acknowledged.values()];
    const waitedOut = this.#unanswered().map(({ holder }) => holder);
    this.#state = waitedOut.length === 0 ? 'ended' : 'sweeping';
    const outcome = { acknowledged, waitedOut, vouched: this.#vouched };
    effects.push({ kind: 'done', outcome });
  }

  /** Who has answered since then lives, and keeps its row. */
  #sweep(effects: RevocationEffect[]): void {
    this.#state = 'ended';
    const rows = this.#unanswered();
    if (rows.length > 0) effects.push({ kind: 'remove-leases', rows });
  }
}
