import type { DatabaseIncarnation, LeaseRow, LeaseSeq, LogId, Origin, Scope } from '@hearsay/spi';
import { LeaseRight } from './lease-right.js';
import { LEASE_TERMS, type LeaseTerms } from './lease-terms.js';

/** A failed registration is tried again after this share of L, up to L itself. */
const RETRY_SHARE = 0.1;
const RETRY_DOUBLINGS_MAX = 3;
/** Retries vary by ± this share, so that the nodes of a database that comes back drift apart. */
const RETRY_JITTER = 0.3;

/** Which log was read, in which life of its database. */
export interface LogLife {
  readonly logId: LogId;
  readonly incarnation: DatabaseIncarnation;
}

/** Everything that a holder learns from the world. */
export type LeaseInput =
  /** Scopes are not given up; of several L the shortest counts. `leaseMs` within `LIMITS`. */
  | { readonly kind: 'use-scope'; readonly scope: Scope; readonly leaseMs: number }
  /**
   * COMMIT was answered. A counters read that was sent at `readableFromMs` or later began after that.
   */
  | {
      readonly kind: 'lease-committed';
      readonly leaseSeq: LeaseSeq;
      readonly readableFromMs: number;
    }
  /** Also where the outcome is unknown. */
  | { readonly kind: 'lease-failed'; readonly leaseSeq: LeaseSeq }
  /** Everything that was committed before this time is applied to the caches of the scope. */
  | { readonly kind: 'proved'; readonly scope: Scope; readonly freshAsOfMs: number }
  /** What an answer of the log says of itself. To be handed in before anything is proven by it. */
  | { readonly kind: 'log-read'; readonly log: LogLife }
  /** Time passed; by `nextDueMs()`, and often enough to compare the clocks. `random` in [0, 1). */
  | { readonly kind: 'tick'; readonly wallMs: number; readonly random: number }
  /** This node has stopped serving, for good. */
  | { readonly kind: 'stop' };

/** What the driver does next, in this order. */
export type LeaseEffect =
  /** Answer with `lease-committed` or `lease-failed`, once. */
  | { readonly kind: 'commit-lease'; readonly row: LeaseRow }
  /** Have the scope proven by a counters read that is sent at this time or later. */
  | { readonly kind: 'demand'; readonly scope: Scope; readonly sinceMs: number }
  /** The rows that this holder may have left behind. */
  | { readonly kind: 'remove-leases'; readonly rows: readonly LeaseRow[] };

/**
 * - `unused`: no scope here needs a lease
 * - `resting`: the next registration waits for its time
 * - `committing`: a registration is on its way
 * - `stopped`
 */
export type LeaseState = 'unused' | 'resting' | 'committing' | 'stopped';

/** What is known of one strict scope here. */
export interface StrictScopeStatus {
  readonly scope: Scope;
  readonly leaseMs: number;
  /** How long the right still lasts; not above 0 without one. */
  readonly rightForMs: number;
}

interface Attempt {
  readonly row: LeaseRow;
  readonly sentMs: number;
  readonly clockOffsetMs: number;
}

interface Lease extends Attempt {
  readonly readableFromMs: number;
}

interface StrictScope {
  leaseMs: number;
  readonly right: LeaseRight;
}

/**
 * The holder's side of strict scopes (rules S1, F3). It registers in the lease table, then has the
 * counters read, and when what they show is applied it has a right per scope. The right counts from
 * the *send of the registration*, so that it is over when a revoker that saw this very row has
 * waited: a read may come late, the row does not tell. A renewal is a new lease with a number of its own.
 *
 * Sans-io. Rights are asked for on every hit: {@link right}.
 */
export class LeaseMachine {
  readonly #holder: Origin;
  readonly #terms: LeaseTerms;
  readonly #scopes = new Map<Scope, StrictScope>();
  #attempt: Attempt | undefined;
  #lease: Lease | undefined;
  #log: LogLife | undefined;
  #lastSeq = 0;
  #failures = 0;
  #random = 0.5;
  #dueMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(holder: Origin, terms: LeaseTerms = LEASE_TERMS) {
    this.#holder = holder;
    this.#terms = terms;
  }

  get state(): LeaseState {
    if (this.#stopped) return 'stopped';
    if (this.#scopes.size === 0) return 'unused';
    return this.#attempt === undefined ? 'resting' : 'committing';
  }

  /** @param nowMs monotonic; never falls */
  handle(input: LeaseInput, nowMs: number): LeaseEffect[] {
    if (this.#stopped) return [];
    switch (input.kind) {
      case 'use-scope':
        this.#useScope(input.scope, input.leaseMs, nowMs);
        return [];
      case 'lease-committed':
        return this.#committed(input.leaseSeq, input.readableFromMs, nowMs);
      case 'lease-failed':
        this.#failed(input.leaseSeq, nowMs);
        return [];
      case 'proved':
        this.#proved(input.scope, input.freshAsOfMs);
        return [];
      case 'log-read':
        this.#logRead(input.log, nowMs);
        return [];
      case 'tick':
        this.#random = input.random;
        return this.#ticked(input.wallMs, nowMs);
      case 'stop':
        return this.#stop();
    }
  }

  /** When it wants the next 'tick' at the latest; `Infinity` while it waits for an answer or for nothing. */
  nextDueMs(): number {
    return this.#attempt === undefined ? this.#dueMs : Number.POSITIVE_INFINITY;
  }

  /** The same object for as long as the scope is in use. @returns `undefined` for a scope without a lease */
  right(scope: Scope): LeaseRight | undefined {
    return this.#scopes.get(scope)?.right;
  }

  statuses(nowMs: number): StrictScopeStatus[] {
    return [...this.#scopes].map(([scope, { leaseMs, right }]) => {
      return { scope, leaseMs, rightForMs: Math.max(0, right.leftMs(nowMs)) };
    });
  }

  #useScope(scope: Scope, leaseMs: number, nowMs: number): void {
    const known = this.#scopes.get(scope);
    if (known !== undefined && known.leaseMs <= leaseMs) return;
    known?.right.end();
    this.#scopes.set(scope, { leaseMs, right: known?.right ?? new LeaseRight() });
    this.#dueMs = nowMs;
  }

  #ticked(wallMs: number, nowMs: number): LeaseEffect[] {
    const clockOffsetMs = wallMs - nowMs;
    const since = this.#attempt ?? this.#lease;
    const jumpMs = this.#terms.jumpShare * this.#shortestMs();
    if (since !== undefined && Math.abs(clockOffsetMs - since.clockOffsetMs) > jumpMs)
      this.#beginAnew(nowMs);
    if (this.#attempt !== undefined || nowMs < this.#dueMs) return [];
    const leaseSeq = ++this.#lastSeq as LeaseSeq;
    const row = { holder: this.#holder, leaseSeq, leaseMs: this.#longestMs() };
    this.#attempt = { row, sentMs: nowMs, clockOffsetMs };
    return [{ kind: 'commit-lease', row }];
  }

  #committed(leaseSeq: LeaseSeq, readableFromMs: number, nowMs: number): LeaseEffect[] {
    const attempt = this.#landed(leaseSeq);
    if (attempt === undefined) return [];
    this.#failures = 0;
    this.#lease = { ...attempt, readableFromMs };
    const renewMs = attempt.sentMs + this.#terms.renewShare * this.#shortestMs();
    this.#dueMs = attempt.row.leaseMs < this.#longestMs() ? nowMs : renewMs;
    return [...this.#scopes.keys()].map((scope) => {
      return { kind: 'demand', scope, sinceMs: readableFromMs };
    });
  }

  #failed(leaseSeq: LeaseSeq, nowMs: number): void {
    if (this.#landed(leaseSeq) === undefined) return;
    const doublings = Math.min(this.#failures++, RETRY_DOUBLINGS_MAX);
    const jitter = 1 + RETRY_JITTER * (2 * this.#random - 1);
    this.#dueMs = nowMs + RETRY_SHARE * this.#shortestMs() * 2 ** doublings * jitter;
  }

  /** What is not awaited any more says nothing. */
  #landed(leaseSeq: LeaseSeq): Attempt | undefined {
    const attempt = this.#attempt;
    if (attempt?.row.leaseSeq !== leaseSeq) return undefined;
    this.#attempt = undefined;
    return attempt;
  }

  #proved(scope: Scope, freshAsOfMs: number): void {
    const lease = this.#lease;
    const strict = this.#scopes.get(scope);
    if (lease === undefined || strict === undefined) return;
    // The read began before COMMIT was answered, or the row promises revokers a shorter wait.
    if (freshAsOfMs < lease.readableFromMs || lease.row.leaseMs < strict.leaseMs) return;
    const { rightShare, jumpShare } = this.#terms;
    const untilMs = lease.sentMs + rightShare * strict.leaseMs;
    strict.right.grant(untilMs, lease.clockOffsetMs, jumpShare * strict.leaseMs);
  }

  /** A lease belongs to one life of one database: another one may have lost the row (rule S4). */
  #logRead(log: LogLife, nowMs: number): void {
    const before = this.#log;
    this.#log = log;
    if (before === undefined) return;
    if (before.logId === log.logId && before.incarnation === log.incarnation) return;
    this.#beginAnew(nowMs);
  }

  #beginAnew(nowMs: number): void {
    for (const { right } of this.#scopes.values()) right.end();
    this.#attempt = undefined;
    this.#lease = undefined;
    if (this.#scopes.size > 0) this.#dueMs = nowMs;
  }

  #stop(): LeaseEffect[] {
    for (const { right } of this.#scopes.values()) right.end();
    this.#stopped = true;
    this.#dueMs = Number.POSITIVE_INFINITY;
    // The outcome of what is on its way is unknown: either may be the row that stands.
    const rows = [this.#lease, this.#attempt].flatMap((each) => each?.row ?? []);
    this.#attempt = undefined;
    return rows.length === 0 ? [] : [{ kind: 'remove-leases', rows }];
  }

  #shortestMs(): number {
    return Math.min(...[...this.#scopes.values()].map(({ leaseMs }) => leaseMs));
  }

  #longestMs(): number {
    return Math.max(...[...this.#scopes.values()].map(({ leaseMs }) => leaseMs));
  }
}
