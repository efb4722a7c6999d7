import type {
  Announcement,
  AppliedPosition,
  LogId,
  PollAnswer,
  Scope,
  ScopeStatus,
} from '@hearsay/spi';
import { AwaitedPositions } from './awaited-positions.js';
import { Cadence } from './cadence.js';
import { ClockJump } from './clock-jump.js';
import { Demands } from './demands.js';
import type { FreshnessEffect, ResetReason, Via } from './effect.js';
import { ScopesTooManyError } from './errors.js';
import { Gaps } from './gaps.js';
import type { FreshnessInput } from './input.js';
import { type FreshnessOptions, resolveOptions } from './options.js';
import { ScopeFollower, type SentPoll } from './scope-follower.js';

interface PollInFlight extends SentPoll {
  /**
   * What was applied or proven when it was sent does not hold any more: its answer says nothing.
   */
  void: boolean;
}

/**
 * Decides when the version log is read, follows the chain of every scope in use, and says how fresh
 * each is. Sans-io: one driver hands in what happened and performs the effects in their order.
 *
 * At most one poll is in flight and at most one more is wanted; everyone who needs a poll that is
 * sent after a moment shares it (rule F4). A poll reads all scopes in use, and none at first too:
 * it finds the log. A proof is the *send* time of a poll, nothing later.
 */
export class FreshnessMachine {
  readonly #options: Required<FreshnessOptions>;
  readonly #scopes = new Map<Scope, ScopeFollower>();
  readonly #cadence: Cadence;
  readonly #demands = new Demands();
  readonly #awaited = new AwaitedPositions();
  readonly #gaps: Gaps;
  readonly #clockJump: ClockJump;
  #logId: LogId | undefined;
  #reachable: boolean | undefined;
  #inFlight: PollInFlight | undefined;
  #lastPollId = 0;
  #lastTickMs = Number.NEGATIVE_INFINITY;

  /** @throws {ConfigInvalidError} a value is outside its range */
  constructor(options: FreshnessOptions) {
    this.#options = resolveOptions(options);
    this.#cadence = new Cadence(this.#options);
    this.#gaps = new Gaps(this.#options.gapsMax);
    this.#clockJump = new ClockJump(this.#options.clockJumpMs);
  }

  /**
   * @param nowMs monotonic; never falls
   * @throws {ScopesTooManyError} of 'use-scope' only; nothing changed
   */
  handle(input: FreshnessInput, nowMs: number): FreshnessEffect[] {
    const effects: FreshnessEffect[] = [];
    switch (input.kind) {
      case 'use-scope':
        this.#useScope(input.scope, nowMs);
        break;
      case 'gossip':
        this.#arrived(input.announcements, 'gossip', nowMs, effects);
        break;
      case 'committed':
        this.#arrived(input.announcements, 'local', nowMs, effects);
        break;
      case 'poll-answer':
        this.#pollAnswered(input.pollId, input.answer, nowMs, effects);
        break;
      case 'poll-failed':
        this.#pollFailed(input.pollId, nowMs, effects);
        break;
      case 'demand':
        this.#demanded(input.scope, input.sinceMs, nowMs, effects);
        break;
      case 'await-position':
        this.#awaitPosition(input.position, nowMs);
        break;
      case 'coherence':
        this.#cadence.hear(input.coherence, nowMs);
        break;
      case 'member-lost':
        this.#cadence.lost(input.members, nowMs);
        break;
      case 'gap':
        this.#gapLearned(input.gapId, nowMs, effects);
        break;
      case 'tick':
        this.#ticked(input.wallMs, input.random, nowMs, effects);
        break;
    }
    this.#pollIfDue(nowMs, effects);
    return effects;
  }

  /** When it wants the next 'tick' at the latest; in the past when at once. */
  nextDueMs(): number {
    const checkMs = this.#lastTickMs + this.#options.clockCheckMs;
    if (!this.#options.logged || this.#inFlight !== undefined) return checkMs;
    return Math.min(checkMs, this.#cadence.dueMs(), this.#awaited.dueMs());
  }

  /**
   * The latest T such that every write committed before T is applied here;
   * `-Infinity` when unproven.
   */
  freshAsOfMs(scope: Scope): number {
    return this.#scopes.get(scope)?.freshAsOfMs ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * Whether the write at this position is applied here. A position of another log or chain is not.
   */
  hasReached(position: AppliedPosition): boolean {
    if (position.logId !== this.#logId) return false;
    return this.#scopes.get(position.scope)?.hasReached(position) ?? false;
  }

  /** @returns `undefined` for a scope that is not in use */
  status(scope: Scope, nowMs: number): ScopeStatus | undefined {
    return this.#scopes.get(scope)?.status(nowMs);
  }

  /** Of all scopes in use, in the order of their first use. */
  statuses(nowMs: number): ScopeStatus[] {
    return [...this.#scopes.values()].map((follower) => follower.status(nowMs));
  }

  #useScope(scope: Scope, nowMs: number): void {
    const { scopesMax } = this.#options;
    if (this.#scopes.has(scope)) return;
    if (this.#scopes.size >= scopesMax)
      throw new ScopesTooManyError(
        `scope ${scope} is one too many: raise scopesMax above ${scopesMax} or use fewer scopes`,
      );
    this.#scopes.set(scope, new ScopeFollower(scope, this.#options, this.#lastPollId));
    this.#cadence.wantBy(nowMs);
  }

  #arrived(
    announcements: readonly Announcement[],
    via: Via,
    nowMs: number,
    effects: FreshnessEffect[],
  ): void {
    for (const [scope, ofScope] of Map.groupBy(announcements, ({ scope }) => scope)) {
      const state = { logId: this.#logId, lastPollId: this.#lastPollId };
      const arrival = { announcements: ofScope, via, ...state };
      const disputed = this.#scopes.get(scope)?.arrived(arrival, effects);
      if (disputed) this.#cadence.wantSpaced(nowMs);
    }
  }

  #demanded(scope: Scope, sinceMs: number, nowMs: number, effects: FreshnessEffect[]): void {
    const follower = this.#scopes.get(scope);
    if (!this.#options.logged || follower === undefined) {
      effects.push({ kind: 'unproved', scope, sinceMs });
      return;
    }
    const { freshAsOfMs } = follower;
    if (freshAsOfMs >= sinceMs) {
      effects.push({ kind: 'proved', scope, freshAsOfMs });
      return;
    }
    this.#demands.add(scope, sinceMs);
    if (!this.#canJoin(scope, sinceMs)) this.#cadence.wantBy(nowMs);
  }

  /** A poll that was sent before what the reader needs can prove nothing for it (rule F4). */
  #canJoin(scope: Scope, sinceMs: number): boolean {
    const poll = this.#inFlight;
    return poll !== undefined && !poll.void && poll.sentMs >= sinceMs && poll.positions.has(scope);
  }

  #awaitPosition(position: AppliedPosition, nowMs: number): void {
    if (!this.#scopes.has(position.scope) || this.hasReached(position)) return;
    this.#awaited.add(position, nowMs + this.#options.graceMs);
  }

  /**
   * A poll sent from now on closes it (rule F8); without a log, or where too many wait, a reset.
   */
  #gapLearned(gapId: number, nowMs: number, effects: FreshnessEffect[]): void {
    const holdsNothing = this.#scopes.size === 0;
    if (!holdsNothing && this.#options.logged && this.#gaps.add(gapId, this.#lastPollId + 1)) {
      this.#cadence.wantBy(nowMs);
      return;
    }
    if (!holdsNothing) this.#dropAll('gap', nowMs, effects);
    effects.push({ kind: 'gap-closed', gapId });
  }

  #ticked(wallMs: number, random: number, nowMs: number, effects: FreshnessEffect[]): void {
    this.#lastTickMs = nowMs;
    this.#cadence.shuffle(random);
    if (this.#clockJump.observe(wallMs, nowMs)) this.#dropAll('clock-jump', nowMs, effects);
  }

  /** Drops everything of every scope. A poll in flight may have read before what caused this. */
  #dropAll(reason: ResetReason, nowMs: number, effects: FreshnessEffect[]): void {
    for (const follower of this.#scopes.values()) follower.drop(reason, effects);
    if (this.#inFlight !== undefined) this.#inFlight.void = true;
    this.#cadence.wantBy(nowMs);
  }

  #pollIfDue(nowMs: number, effects: FreshnessEffect[]): void {
    if (!this.#options.logged || this.#inFlight !== undefined) return;
    if (this.#awaited.dueMs() <= nowMs && this.#awaited.take((each) => this.hasReached(each)))
      this.#cadence.wantBy(nowMs);
    if (this.#cadence.dueMs() > nowMs) return;
    const { rowsMax } = this.#options;
    const positions = new Map(
      [...this.#scopes.values()].map(({ scope, applied }) => [scope, applied] as const),
    );
    const pollId = ++this.#lastPollId;
    this.#inFlight = { pollId, sentMs: nowMs, positions, void: false };
    this.#cadence.sent(nowMs);
    this.#awaited.clear();
    effects.push({ kind: 'poll', pollId, request: { positions, rowsMax } });
  }

  #pollAnswered(
    pollId: number,
    answer: PollAnswer,
    nowMs: number,
    effects: FreshnessEffect[],
  ): void {
    const poll = this.#landed(pollId, true, effects);
    if (poll === undefined) return;
    this.#cadence.answered();
    if (poll.void) return;
    const readings = new Map(answer.readings.map((reading) => [reading.scope, reading]));
    // Versions of different logs never compare (rule L8).
    const replaced = this.#logId !== undefined && this.#logId !== answer.logId;
    this.#logId = answer.logId;
    for (const [scope, asked] of poll.positions) {
      const follower = this.#scopes.get(scope);
      if (follower === undefined) continue;
      const reading = readings.get(scope);
      if (replaced && asked !== undefined) follower.restart('log-changed', reading, poll, effects);
      else if (follower.read(reading, poll, effects)) this.#cadence.wantBy(nowMs);
      this.#demands.proved(scope, follower.freshAsOfMs);
    }
    this.#closeGaps(effects);
  }

  #pollFailed(pollId: number, nowMs: number, effects: FreshnessEffect[]): void {
    const poll = this.#landed(pollId, false, effects);
    if (poll === undefined) return;
    this.#cadence.failed(nowMs);
    this.#demands.failed(poll.positions.keys(), poll.sentMs, effects);
  }

  #landed(
    pollId: number,
    reachable: boolean,
    effects: FreshnessEffect[],
  ): PollInFlight | undefined {
    const poll = this.#inFlight;
    if (poll?.pollId !== pollId) return undefined;
    this.#inFlight = undefined;
    if (this.#reachable !== reachable) effects.push({ kind: 'log-reachable', reachable });
    this.#reachable = reachable;
    return poll;
  }

  #closeGaps(effects: FreshnessEffect[]): void {
    if (!this.#gaps.waiting) return;
    let provenPollId = Number.POSITIVE_INFINITY;
    for (const follower of this.#scopes.values())
      provenPollId = Math.min(provenPollId, follower.provenPollId);
    for (const gapId of this.#gaps.close(provenPollId)) effects.push({ kind: 'gap-closed', gapId });
  }
}
