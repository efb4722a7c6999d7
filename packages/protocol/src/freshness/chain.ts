import type { AppendId, ChainHead, LogRow, ScopeReading, Target, Version } from '@hearsay/spi';
import { type BrokenReason, followRows } from './reading.js';

/** One append: its number, its name and its predecessor's. */
export interface Link extends ChainHead {
  readonly prevId: AppendId;
}

interface PendingLink extends Link {
  /** The newest poll sent before the link came; later ones must have seen it. */
  readonly knownSincePollId: number;
}

/**
 * How a link stands to the chain.
 * - `known`: applied here before
 * - `fits`: new, and nothing contradicts it
 * - `disputed`: it or one that waits contradicts what is applied; only the log can decide
 */
export type Standing = 'known' | 'fits' | 'disputed';

/**
 * How a counter that another node has read stands to the chain.
 * - `reached`: it is applied here
 * - `ahead`: rows up to it are missing here
 * - `overtaken`: own polls have confirmed so much since that its id is not remembered any more
 * - `disputed`: it contradicts what is applied; only an own poll can decide
 */
export type Comparison = 'reached' | 'ahead' | 'overtaken' | 'disputed';

export type Absorbed =
  | {
      readonly targets: readonly Target[];
      /** The reading's head is applied here. */
      readonly proven: boolean;
      /** Another poll has to go on at once. */
      readonly again: boolean;
      readonly broken?: undefined;
    }
  /** This chain is worth nothing any more; the scope begins anew. */
  | { readonly broken: BrokenReason };

export interface ChainLimits {
  readonly pendingMax: number;
  readonly historyMax: number;
}

/**
 * What is applied of one scope, as a chain (rule L1). Numbers can come again, links cannot, so
 * applied-through moves only from a link to one that names it as its predecessor.
 *
 * `history` remembers append ids up to applied-through. Those from the last position that the log
 * itself confirmed are held against what the log says next: gossip may have brought commits that
 * the log has lost. The older ones, as far as there is room, tell a number that comes again after a
 * failover or from a backup from the append that had it here. `pending` holds links further on whose
 * predecessors are not here yet; their targets are dropped already, since dropping early is always safe.
 */
export class Chain {
  readonly #limits: ChainLimits;
  readonly #history = new Map<Version, AppendId>();
  readonly #pending = new Map<Version, PendingLink>();
  #confirmed: Version;
  /** The lowest version in `history`; none is missing from it up to applied-through. */
  #oldest: Version;
  #applied: ChainHead;
  /** The newest poll sent before a link found no room in `pending`; `undefined` once the log has shown them all. */
  #overflowPollId: number | undefined;

  constructor(head: ChainHead, limits: ChainLimits) {
    this.#limits = limits;
    this.#applied = { version: head.version, appendId: head.appendId };
    this.#confirmed = head.version;
    this.#oldest = head.version;
    this.#history.set(head.version, head.appendId);
  }

  get applied(): ChainHead {
    return this.#applied;
  }

  /** Whether it is remembered here as applied. */
  hasReached({ version, appendId }: ChainHead): boolean {
    return version <= this.#applied.version && this.#history.get(version) === appendId;
  }

  /** Whether it is so old that the chain does not know any more which append had its number. */
  hasForgotten({ version }: ChainHead): boolean {
    return version < this.#oldest;
  }

  /**
   * Takes a link that gossip or an own commit brought.
   * @param lastPollId the newest poll sent before
   */
  offer(link: Link, lastPollId: number): Standing {
    if (link.version <= this.#applied.version)
      return this.hasReached(link) || this.hasForgotten(link) ? 'known' : 'disputed';
    const waiting = this.#pending.get(link.version);
    if (waiting !== undefined) return waiting.appendId === link.appendId ? 'known' : 'disputed';
    if (this.#continues(link)) this.#advance(link);
    else this.#remember(link, lastPollId);
    this.#drain();
    return this.#misfit(link) || this.#misfit(this.#nextPending()) ? 'disputed' : 'fits';
  }

  /**
   * Compares with a counter that another node has read (rule F6). Nothing is dropped on its word.
   *
   * @param asked applied here when the question was sent
   */
  compare(head: ChainHead, asked: ChainHead, pollId: number): Comparison {
    if (head.version < asked.version || this.#lostBeyond(head, pollId)) return 'disputed';
    if (head.version > this.#applied.version) return 'ahead';
    const known = this.#history.get(head.version);
    if (known === undefined) return 'overtaken';
    // Equal ids under the head mean equal chains below it, as for an own poll.
    if (known !== head.appendId) return 'disputed';
    this.#confirm(head.version);
    return 'reached';
  }

  /**
   * Takes what a poll read of this scope.
   *
   * @param asked applied here when the poll was sent; gossip may have brought more since
   * @param isNewLife the database has begun another life since the last reading: commits may be lost
   */
  absorb(reading: ScopeReading, asked: ChainHead, pollId: number, isNewLife = false): Absorbed {
    // Of a link that is not remembered nobody can tell whether it is the one that the log has there.
    if (isNewLife && this.#overflowPollId !== undefined) return { broken: 'chain-broken' };
    const followed = followRows(asked, reading);
    if (followed.broken !== undefined) return followed;
    const targets = this.#absorbRows(reading.rows);
    if (targets === undefined || this.#lostBeyond(reading.head, pollId))
      return { broken: 'chain-broken' };
    this.#confirm(followed.end.version);
    this.#drain();
    const proven = this.#applied.version >= reading.head.version;
    if (!proven) return { targets, proven, again: true };
    // Equal ids under the head mean equal chains below it: an append names one predecessor only.
    if (this.#history.get(reading.head.version) !== reading.head.appendId)
      return { broken: 'chain-broken' };
    this.#confirm(reading.head.version);
    if (pollId > (this.#overflowPollId ?? pollId)) this.#overflowPollId = undefined;
    return { targets, proven, again: this.#misfit(this.#nextPending()) };
  }

  /**
   * @returns the targets that are new here, or `undefined` where a row is not what was applied here
   */
  #absorbRows(rows: readonly LogRow[]): Target[] | undefined {
    const targets: Target[] = [];
    for (const row of rows) {
      const applied = this.#history.get(row.version) ?? this.#pending.get(row.version)?.appendId;
      if (applied !== undefined && applied !== row.appendId) return undefined;
      if (applied === undefined) targets.push(row.target);
      if (row.version > this.#applied.version) this.#advance(row);
    }
    return targets;
  }

  /** Whether a commit that was known here before the poll was sent is not in the log. */
  #lostBeyond(head: ChainHead, pollId: number): boolean {
    for (const link of this.#pending.values())
      if (link.version > head.version && link.knownSincePollId < pollId) return true;
    return false;
  }

  /**
   * Whether the link may become applied-through. A history full of what the log has not confirmed
   * stops it: without the id there would be nothing to hold against the log, and a lost commit would
   * pass unnoticed (rule L1).
   */
  #continues(link: Link): boolean {
    return (
      link.version === this.#applied.version + 1 &&
      link.prevId === this.#applied.appendId &&
      this.#applied.version - this.#confirmed + 1 < this.#limits.historyMax
    );
  }

  #misfit(link: Link | undefined): boolean {
    return link?.version === this.#applied.version + 1 && link.prevId !== this.#applied.appendId;
  }

  #nextPending(): PendingLink | undefined {
    return this.#pending.get((this.#applied.version + 1) as Version);
  }

  #advance({ version, appendId }: ChainHead): void {
    this.#applied = { version, appendId };
    this.#history.set(version, appendId);
    this.#pending.delete(version);
    this.#forget();
  }

  /** Overflow forgets the link: its target is dropped, and a poll will bring the row, if the log keeps it. */
  #remember({ version, appendId, prevId }: Link, knownSincePollId: number): void {
    if (this.#pending.size >= this.#limits.pendingMax) {
      this.#overflowPollId = knownSincePollId;
      return;
    }
    this.#pending.set(version, { version, appendId, prevId, knownSincePollId });
  }

  #drain(): void {
    for (
      let next = this.#nextPending();
      next !== undefined && this.#continues(next);
      next = this.#nextPending()
    )
      this.#advance(next);
  }

  #confirm(version: Version): void {
    this.#confirmed = Math.max(this.#confirmed, version) as Version;
    this.#forget();
  }

  /** Room is made by what the log has confirmed, the oldest first. */
  #forget(): void {
    for (
      ;
      this.#history.size > this.#limits.historyMax && this.#oldest < this.#confirmed;
      this.#oldest++
    )
      this.#history.delete(this.#oldest);
  }
}
