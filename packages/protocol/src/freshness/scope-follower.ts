import {
  type Announcement,
  type AppliedPosition,
  type ChainHead,
  GENESIS,
  type LogId,
  type LogPlace,
  type Scope,
  type ScopeReading,
  type ScopeStatus,
  type Target,
  VERSION_UNKNOWN,
  VERSION_ZERO,
  type Version,
} from '@hearsay/spi';
import { Chain, type ChainLimits, type Comparison, type Standing } from './chain.js';
import type { FreshnessEffect, ResetReason, Via } from './effect.js';
import { ForgottenPositions } from './forgotten-positions.js';

/** A poll between its send and its answer. */
export interface SentPoll {
  readonly pollId: number;
  readonly sentMs: number;
  /** Per scope the head applied here when it was sent. */
  readonly positions: ReadonlyMap<Scope, ChainHead | undefined>;
}

/** A poll, or a question in place of one, that has not been answered. */
export interface InFlight extends SentPoll {
  /** What was applied or proven when it was sent does not hold any more: its answer says nothing. */
  void: boolean;
}

/** A batch of announcements on its way in; a follower takes those of its own scope. */
export interface Arrival {
  readonly announcements: readonly Announcement[];
  /** The log that is followed here; `undefined` before the first answer. */
  readonly logId: LogId | undefined;
  readonly via: Via;
  /** Just committed: it is new here, whatever number the log gave it. */
  readonly isCommit: boolean;
  /** The newest poll sent before. */
  readonly lastPollId: number;
}

/**
 * What a batch did beside its effects.
 * - `proven`: it brought what another node's reading had shown to be missing
 * - `disputed`: the log must be asked who is right
 */
export type Arrived = 'taken' | 'proven' | 'disputed';

/** A proof that only lacks the rows up to its head. */
interface Owed {
  readonly head: ChainHead;
  readonly poll: SentPoll;
}

/** One scope in use: its chain, its proof, and the effects of what arrives for it. */
export class ScopeFollower {
  readonly scope: Scope;
  readonly #limits: ChainLimits;
  readonly #forgotten: ForgottenPositions;
  #chain: Chain | undefined;
  #freshAsOfMs = Number.NEGATIVE_INFINITY;
  #logVersion: Version | undefined;
  #resets = 0;
  #provenPollId: number;
  #owed: Owed | undefined;
  /**
   * The highest version of which announcements and the readings of others have told, and the newest poll that
   * was sent before the last of them: what a later one reads takes their place.
   */
  #heard: Version = VERSION_ZERO;
  #heardPollId = Number.NEGATIVE_INFINITY;
  /** The same for places in another log: what this one's own events say does not prolong the doubt. */
  #otherLogPollId: number | undefined;

  /** @param lastPollId sent before; an empty cache needs none of these polls */
  constructor(scope: Scope, limits: ChainLimits, lastPollId: number) {
    this.scope = scope;
    this.#limits = limits;
    this.#forgotten = new ForgottenPositions(limits.historyMax);
    this.#provenPollId = lastPollId;
  }

  /** The head applied here; `undefined` before the first answer. */
  get applied(): ChainHead | undefined {
    return this.#chain?.applied;
  }

  /**
   * The highest version of which anything was heard (rule F5). `Infinity` before the first answer, and once
   * another log was heard of, until a reading tells which it is: versions of different logs never compare (rule L8).
   */
  get knownVersion(): Version {
    if (this.applied === undefined || this.#otherLogPollId !== undefined) return VERSION_UNKNOWN;
    return Math.max(this.applied.version, this.#logVersion ?? 0, this.#heard) as Version;
  }

  get freshAsOfMs(): number {
    return this.#freshAsOfMs;
  }

  /** Nothing is cached here that the poll of this id did not show or that was not dropped since. */
  get provenPollId(): number {
    return this.#provenPollId;
  }

  /** @param position of the log that is followed here */
  hasReached(position: AppliedPosition): boolean {
    if (this.#chain?.hasReached(position)) return true;
    return this.#hasForgotten(position) && this.#forgotten.has(position);
  }

  /** @returns whether only a poll that is not sent yet can tell that it is reached */
  await(position: AppliedPosition, lastPollId: number): boolean {
    this.#forgotten.ask(position, lastPollId);
    return this.#hasForgotten(position);
  }

  status(nowMs: number): ScopeStatus {
    return {
      scope: this.scope,
      appliedThrough: this.applied?.version,
      logVersion: this.#logVersion,
      freshForMs: nowMs - this.#freshAsOfMs,
      resets: this.#resets,
    };
  }

  arrived(arrival: Arrival, effects: FreshnessEffect[]): Arrived {
    const before = this.applied;
    const targets: Target[] = [];
    let disputed = false;
    for (const { target, place } of arrival.announcements) {
      const standing = this.#place(place, arrival);
      if (standing !== 'known' || arrival.isCommit) targets.push(target);
      if (standing === 'disputed') disputed = true;
    }
    this.#changed(before, targets, arrival.via, effects);
    const settled = this.#settle(effects);
    if (disputed || settled === 'disputed') return 'disputed';
    return settled === 'reached' ? 'proven' : 'taken';
  }

  /**
   * Takes the counter that another node has read (rule F6): what is applied here is proven as of the
   * moment when that node was asked, now or once gossip has brought what is missing.
   */
  compare(head: ChainHead | undefined, ask: SentPoll, effects: FreshnessEffect[]): Comparison {
    const known = head ?? emptyReading(this.scope).head;
    this.#owed = { head: known, poll: ask };
    const comparison = this.#settle(effects);
    if (comparison !== 'disputed') this.#told(ask);
    this.#hear(known.version, ask.pollId);
    return comparison;
  }

  /**
   * Takes the part of an answer that concerns this scope. Absence means that the scope has no
   * counter yet: its chain is empty (rule L5).
   *
   * @param isNewLife of the database, since the last answer
   * @returns whether another poll has to go on at once
   */
  read(
    reading: ScopeReading | undefined,
    poll: SentPoll,
    isNewLife: boolean,
    effects: FreshnessEffect[],
  ): boolean {
    const known = reading ?? emptyReading(this.scope);
    this.#told(poll);
    const asked = poll.positions.get(this.scope);
    if (this.#chain === undefined || asked === undefined) {
      this.restart('first-use', known, poll, effects);
      return false;
    }
    const before = this.applied;
    const absorbed = this.#chain.absorb(known, asked, poll.pollId, isNewLife);
    if (absorbed.broken !== undefined) {
      this.restart(absorbed.broken, known, poll, effects);
      return false;
    }
    this.#logVersion = known.head.version;
    this.#changed(before, absorbed.targets, 'log', effects);
    if (absorbed.proven) this.#prove(poll, effects);
    return absorbed.again;
  }

  /**
   * Drops everything and begins at the head that was read: an empty cache is as fresh as the read.
   */
  restart(
    reason: ResetReason,
    reading: ScopeReading | undefined,
    poll: SentPoll,
    effects: FreshnessEffect[],
  ): void {
    const { head } = reading ?? emptyReading(this.scope);
    this.#told(poll);
    if (reason === 'log-changed') this.#heard = VERSION_ZERO;
    this.#owed = undefined;
    this.#forgotten.restart();
    this.#chain = new Chain(head, this.#limits);
    this.#logVersion = head.version;
    this.#reset(reason, effects);
    this.#prove(poll, effects);
  }

  /** Drops all entries and proofs. The chain stays: what is applied stays applied. */
  drop(reason: ResetReason, effects: FreshnessEffect[]): void {
    this.#freshAsOfMs = Number.NEGATIVE_INFINITY;
    this.#owed = undefined;
    this.#reset(reason, effects);
  }

  /**
   * What has no place in the log that is followed here is a hint: dropped, never a step (rule L2).
   */
  #place(place: LogPlace | undefined, { logId, lastPollId }: Arrival): Standing {
    if (place === undefined) return 'fits';
    if (place.logId !== logId) {
      this.#otherLogPollId = lastPollId;
      return 'fits';
    }
    this.#hear(place.version, lastPollId);
    return this.#chain?.offer(place, lastPollId) ?? 'fits';
  }

  #hear(version: Version, lastPollId: number): void {
    this.#heard = Math.max(this.#heard, version) as Version;
    this.#heardPollId = Math.max(this.#heardPollId, lastPollId);
  }

  /** What was heard before this poll was sent is in what it read, or is not in the log. */
  #told({ pollId }: SentPoll): void {
    if (pollId > this.#heardPollId) this.#heard = VERSION_ZERO;
    if (pollId > (this.#otherLogPollId ?? pollId)) this.#otherLogPollId = undefined;
  }

  /** Whether what is owed is proven by now. An own poll that was sent later has said all of it. */
  #settle(effects: FreshnessEffect[]): Comparison {
    const { head, poll } = this.#owed ?? {};
    const asked = poll?.positions.get(this.scope);
    if (this.#chain === undefined || head === undefined || poll === undefined) return 'overtaken';
    const comparison =
      asked === undefined || this.#provenPollId >= poll.pollId
        ? 'overtaken'
        : this.#chain.compare(head, asked, poll.pollId);
    if (comparison === 'ahead') return comparison;
    this.#owed = undefined;
    if (comparison === 'reached') this.#prove(poll, effects);
    return comparison;
  }

  #changed(
    before: ChainHead | undefined,
    targets: readonly Target[],
    via: Via,
    effects: FreshnessEffect[],
  ): void {
    const { scope, applied } = this;
    if (targets.length > 0) effects.push({ kind: 'apply', scope, targets, via });
    if (applied !== undefined && applied.version !== before?.version)
      effects.push({ kind: 'advanced', scope, appliedThrough: applied.version, via });
  }

  #hasForgotten(position: ChainHead): boolean {
    return this.#chain?.hasForgotten(position) ?? false;
  }

  #reset(reason: ResetReason, effects: FreshnessEffect[]): void {
    this.#resets++;
    const { scope } = this;
    effects.push({ kind: 'reset', scope, reason, appliedThrough: this.applied?.version });
  }

  #prove(poll: SentPoll, effects: FreshnessEffect[]): void {
    this.#freshAsOfMs = Math.max(this.#freshAsOfMs, poll.sentMs);
    this.#provenPollId = Math.max(this.#provenPollId, poll.pollId);
    this.#forgotten.proved(poll.pollId, (position) => this.#hasForgotten(position));
    effects.push({ kind: 'proved', scope: this.scope, freshAsOfMs: this.#freshAsOfMs });
  }
}

function emptyReading(scope: Scope): ScopeReading {
  const head = { version: VERSION_ZERO, appendId: GENESIS };
  return { scope, head, floor: VERSION_ZERO, rows: [] };
}
