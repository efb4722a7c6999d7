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
  VERSION_ZERO,
  type Version,
} from '@hearsay/spi';
import { Chain, type ChainLimits, type Standing } from './chain.js';
import type { FreshnessEffect, ResetReason, Via } from './effect.js';

/** A poll between its send and its answer. */
export interface SentPoll {
  readonly pollId: number;
  readonly sentMs: number;
  /** Per scope the head applied here when it was sent. */
  readonly positions: ReadonlyMap<Scope, ChainHead | undefined>;
}

/** A batch of announcements of one scope, on its way in. */
export interface Arrival {
  readonly announcements: readonly Announcement[];
  /** The log that is followed here; `undefined` before the first answer. */
  readonly logId: LogId | undefined;
  readonly via: Via;
  /** The newest poll sent before. */
  readonly lastPollId: number;
}

/** One scope in use: its chain, its proof, and the effects of what arrives for it. */
export class ScopeFollower {
  readonly scope: Scope;
  readonly #limits: ChainLimits;
  #chain: Chain | undefined;
  #freshAsOfMs = Number.NEGATIVE_INFINITY;
  #logVersion: Version | undefined;
  #resets = 0;
  #provenPollId: number;

  /** @param lastPollId sent before; an empty cache needs none of these polls */
  constructor(scope: Scope, limits: ChainLimits, lastPollId: number) {
    this.scope = scope;
    this.#limits = limits;
    this.#provenPollId = lastPollId;
  }

  /** The head applied here; `undefined` before the first answer. */
  get applied(): ChainHead | undefined {
    return this.#chain?.applied;
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
    return this.#chain?.hasReached(position) ?? false;
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

  /** @returns whether the log must be asked who is right */
  arrived(arrival: Arrival, effects: FreshnessEffect[]): boolean {
    const before = this.applied;
    const targets: Target[] = [];
    let disputed = false;
    for (const { target, place } of arrival.announcements) {
      const standing = this.#place(place, arrival);
      if (standing !== 'known') targets.push(target);
      if (standing === 'disputed') disputed = true;
    }
    this.#changed(before, targets, arrival.via, effects);
    return disputed;
  }

  /**
   * Takes the part of an answer that concerns this scope. Absence means that the scope has no
   * counter yet: its chain is empty (rule L5).
   *
   * @returns whether another poll has to go on at once
   */
  read(reading: ScopeReading | undefined, poll: SentPoll, effects: FreshnessEffect[]): boolean {
    const known = reading ?? emptyReading(this.scope);
    const asked = poll.positions.get(this.scope);
    if (this.#chain === undefined || asked === undefined) {
      this.restart('first-use', known, poll, effects);
      return false;
    }
    const before = this.applied;
    const absorbed = this.#chain.absorb(known, asked, poll.pollId);
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
    this.#chain = new Chain(head, this.#limits);
    this.#logVersion = head.version;
    this.#reset(reason, effects);
    this.#prove(poll, effects);
  }

  /** Drops all entries and proofs. The chain stays: what is applied stays applied. */
  drop(reason: ResetReason, effects: FreshnessEffect[]): void {
    this.#freshAsOfMs = Number.NEGATIVE_INFINITY;
    this.#reset(reason, effects);
  }

  /**
   * What has no place in the log that is followed here is a hint: dropped, never a step (rule L2).
   */
  #place(place: LogPlace | undefined, { logId, lastPollId }: Arrival): Standing {
    if (place === undefined || place.logId !== logId || this.#chain === undefined) return 'fits';
    return this.#chain.offer(place, lastPollId);
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

  #reset(reason: ResetReason, effects: FreshnessEffect[]): void {
    this.#resets++;
    const { scope } = this;
    effects.push({ kind: 'reset', scope, reason, appliedThrough: this.applied?.version });
  }

  #prove(poll: SentPoll, effects: FreshnessEffect[]): void {
    this.#freshAsOfMs = Math.max(this.#freshAsOfMs, poll.sentMs);
    this.#provenPollId = poll.pollId;
    effects.push({ kind: 'proved', scope: this.scope, freshAsOfMs: this.#freshAsOfMs });
  }
}

function emptyReading(scope: Scope): ScopeReading {
  const head = { version: VERSION_ZERO, appendId: GENESIS };
  return { scope, head, floor: VERSION_ZERO, rows: [] };
}
