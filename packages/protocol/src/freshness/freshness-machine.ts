import type { AppliedPosition, PollAnswer, Scope, ScopeStatus, Version } from '@hearsay/spi';
import { AwaitedPositions } from './awaited-positions.js';
import { Cadence } from './cadence.js';
import { ClockJump } from './clock-jump.js';
import type { CounterReading } from './counter-reading.js';
import { Demands } from './demands.js';
import type { FreshnessEffect, ResetReason } from './effect.js';
import { Followers } from './followers.js';
import { Gaps } from './gaps.js';
import type { FreshnessInput } from './input.js';
import type { LogLife } from './lease-machine.js';
import { type FreshnessOptions, resolveOptions } from './options.js';
import { PollSharing } from './poll-sharing.js';
import type { InFlight } from './scope-follower.js';
import { SharedQuestions } from './shared-questions.js';

type Effects = FreshnessEffect[];

/** Tells two moments apart that the clock does not: a microsecond. */
const CLOCK_STEP_MS = 2 ** -10;

/**
 * Decides when the version log is read, follows the chain of every scope in use, and says how fresh
 * each is. Sans-io: one driver hands in what happened and performs the effects in their order.
 *
 * At most one poll is in flight and at most one more is wanted; everyone who needs a poll that is
 * sent after a moment shares it (rule F4). A poll reads all scopes in use, and none at first too:
 * it finds the log. Another node may be asked for what it reads in place of a poll (rule F6). A proof is
 * the *send* time of a poll or a question, nothing later.
 */
export class FreshnessMachine {
  readonly #options: Required<FreshnessOptions>;
  readonly #scopes: Followers;
  readonly #cadence: Cadence;
  readonly #demands = new Demands();
  readonly #awaited = new AwaitedPositions();
  readonly #gaps: Gaps;
  readonly #clockJump: ClockJump;
  readonly #sharing: PollSharing;
  readonly #questions = new SharedQuestions();
  #log: LogLife | undefined;
  #reachable: boolean | undefined;
  #inFlight: InFlight | undefined;
  #lastPollId = 0;
  #neededPollId = 0;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #lastTickMs = Number.NEGATIVE_INFINITY;

  /** @throws {ConfigInvalidError} a value is outside its range */
  constructor(options: FreshnessOptions) {
    this.#options = resolveOptions(options);
    this.#scopes = new Followers(this.#options);
    this.#cadence = new Cadence(this.#options);
    this.#gaps = new Gaps(this.#options.gapsMax);
    this.#clockJump = new ClockJump(this.#options.clockJumpMs);
    this.#sharing = new PollSharing(this.#options);
  }

  /**
   * @param nowMs monotonic; never falls
   * @throws {ScopesTooManyError} of 'use-scope' only; nothing changed
   */
  handle(input: FreshnessInput, nowMs: number): FreshnessEffect[] {
    const effects: Effects = [];
    switch (input.kind) {
      case 'use-scope':
        this.#useScope(input.scope, nowMs);
        this.#sharing.useBound(input.boundMs ?? Number.POSITIVE_INFINITY);
        break;
      case 'gossip':
      case 'committed':
      case 'revoked':
        this.#arrived(input, nowMs, effects);
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
        this.#sharing.hear(input.coherence);
        if (this.#cadence.hear(input.coherence)) this.#need(nowMs);
        break;
      case 'member-lost':
        this.#cadence.lost(input.members, nowMs);
        break;
      case 'members':
        this.#sharing.members(input.self, input.followers);
        break;
      case 'counters-answer':
        this.#countersAnswered(input.pollId, input.reading, nowMs, effects);
        break;
      case 'ask-failed':
        this.#sharing.failed(input.pollId, nowMs);
        break;
      case 'question':
        this.#questioned(input.questionId, input.scopes, nowMs, effects);
        break;
      case 'gap':
        this.#gapLearned(input.gapId, nowMs, effects);
        break;
      case 'tick':
        this.#ticked(input.wallMs, input.random, nowMs, effects);
        break;
    }
    this.#cadence.share(this.#sharing.cadence(nowMs));
    this.#pollIfDue(nowMs, effects);
    this.#askIfDue(nowMs, effects);
    return effects;
  }

  /** When it wants the next 'tick' at the latest; in the past when at once. */
  nextDueMs(): number {
    const checkMs = this.#lastTickMs + this.#options.clockCheckMs;
    if (!this.#options.logged || this.#inFlight !== undefined) return checkMs;
    const pollMs = Math.min(this.#cadence.dueMs(), this.#awaited.dueMs());
    return Math.min(checkMs, pollMs, this.#sharing.dueMs());
  }

  /** The latest T such that every write committed before T is applied here; `-Infinity` when unproven. */
  freshAsOfMs(scope: Scope): number {
    return this.#scopes.get(scope)?.freshAsOfMs ?? Number.NEGATIVE_INFINITY;
  }

  /** How many versions that an own poll has shown are missing here: more polls are on their way. */
  behind(scope: Scope): number {
    const { appliedThrough = 0, logVersion = 0 } = this.#scopes.get(scope)?.status(0) ?? {};
    return Math.max(0, logVersion - appliedThrough);
  }

  /**
   * The least send time of a poll or question that is not sent yet. What a strict reader demands, since it joins
   * no other (rule F4); where the clock stands on the last send, it is a moment after now.
   */
  unsentSinceMs(nowMs: number): number {
    return Math.max(nowMs, this.#lastSentMs + CLOCK_STEP_MS);
  }

  /** Whether the write at this position is applied here. A position of another log or chain is not. */
  hasReached(position: AppliedPosition): boolean {
    if (position.logId !== this.#log?.logId) return false;
    return this.#scopes.get(position.scope)?.hasReached(position) ?? false;
  }

  /**
   * The highest version of which anything was heard here; `Infinity` while that cannot be known;
   * `undefined` where no log is followed.
   */
  knownVersion(scope: Scope): Version | undefined {
    return this.#options.logged ? this.#scopes.get(scope)?.knownVersion : undefined;
  }

  /** @returns `undefined` for a scope that is not in use */
  status(scope: Scope, nowMs: number): ScopeStatus | undefined {
    return this.#scopes.get(scope)?.status(nowMs);
  }

  /** Of all scopes in use, in the order of their first use. */
  statuses(nowMs: number): ScopeStatus[] {
    return this.#scopes.statuses(nowMs);
  }

  #useScope(scope: Scope, nowMs: number): void {
    if (!this.#scopes.use(scope, this.#lastPollId)) return;
    this.#sharing.useScope(scope);
    this.#cadence.wantBy(nowMs);
  }

  #arrived(
    { kind, announcements }: Extract<FreshnessInput, { announcements: readonly unknown[] }>,
    nowMs: number,
    effects: Effects,
  ): void {
    const state = { logId: this.#log?.logId, lastPollId: this.#lastPollId };
    const via = kind === 'committed' ? 'local' : 'gossip';
    const isCommit = kind !== 'gossip';
    const arrived = this.#scopes.arrived({ announcements, via, isCommit, ...state }, effects);
    if (arrived.has('disputed')) this.#cadence.wantSpaced(nowMs);
    if (arrived.has('proven')) this.#provenByShare(effects);
  }

  #demanded(scope: Scope, sinceMs: number, nowMs: number, effects: Effects): void {
    const follower = this.#options.logged ? this.#scopes.get(scope) : undefined;
    if (follower === undefined) effects.push({ kind: 'unproved', scope, sinceMs });
    else if (this.#demands.wait(follower, sinceMs, this.#inFlight, effects))
      this.#cadence.wantBy(Math.max(nowMs, sinceMs));
  }

  #awaitPosition(position: AppliedPosition, nowMs: number): void {
    const follower = this.#scopes.get(position.scope);
    if (follower === undefined || this.hasReached(position)) return;
    // Gossip brings what is new, not what is old.
    if (follower.await(position, this.#lastPollId)) this.#cadence.wantSpaced(nowMs);
    else this.#awaited.add(position, nowMs + this.#options.graceMs);
  }

  /**
   * A poll sent from now on closes it (rule F8); without a log, or where too many wait, a reset.
   */
  #gapLearned(gapId: number, nowMs: number, effects: Effects): void {
    const holdsNothing = this.#scopes.size === 0;
    if (!holdsNothing && this.#options.logged && this.#gaps.add(gapId, this.#lastPollId + 1)) {
      this.#need(nowMs);
      return;
    }
    if (!holdsNothing) this.#dropAll('gap', nowMs, effects);
    effects.push({ kind: 'gap-closed', gapId });
  }

  #ticked(wallMs: number, random: number, nowMs: number, effects: Effects): void {
    this.#lastTickMs = nowMs;
    this.#cadence.shuffle(random);
    if (this.#clockJump.observe(wallMs, nowMs)) this.#dropAll('clock-jump', nowMs, effects);
  }

  /** Drops everything of every scope. A poll in flight may have read before what caused this. */
  #dropAll(reason: ResetReason, nowMs: number, effects: Effects): void {
    this.#scopes.drop(reason, effects);
    if (this.#inFlight !== undefined) this.#inFlight.void = true;
    this.#sharing.voidAsk();
    this.#cadence.wantBy(nowMs);
  }

  #pollIfDue(nowMs: number, effects: Effects): void {
    if (!this.#options.logged || this.#inFlight !== undefined) return;
    if (this.#awaited.dueMs() <= nowMs && this.#awaited.take((each) => this.hasReached(each)))
      this.#cadence.wantBy(nowMs);
    if (this.#cadence.dueMs() > nowMs) return;
    if (this.#cadence.regularMs() <= nowMs) this.#sharing.overdue(nowMs);
    const { rowsMax } = this.#options;
    const positions = this.#scopes.positions();
    const pollId = ++this.#lastPollId;
    this.#inFlight = { pollId, sentMs: nowMs, positions, void: false };
    this.#lastSentMs = nowMs;
    const asked = new Map(positions);
    this.#cadence.sent(nowMs, this.#questions.send(asked));
    this.#awaited.clear();
    effects.push({ kind: 'poll', pollId, request: { positions: asked, rowsMax } });
  }

  /** Not while an own poll is on its way, nor before one has found the log and every scope's chain. */
  #askIfDue(nowMs: number, effects: Effects): void {
    if (!this.#options.logged || this.#inFlight !== undefined || this.#log === undefined) return;
    if (this.#sharing.dueMs() > nowMs) return;
    const ask = this.#sharing.send(this.#lastPollId + 1, this.#scopes.positions(), nowMs);
    if (ask === undefined) return;
    const { pollId, peer, positions } = ask;
    this.#lastPollId = pollId;
    this.#lastSentMs = nowMs;
    const scopes = [...positions.keys()];
    const timeoutMs = this.#options.shareTimeoutMs;
    effects.push({ kind: 'ask-counters', pollId, peer, scopes, timeoutMs });
  }

  #pollAnswered(pollId: number, answer: PollAnswer, nowMs: number, effects: Effects): void {
    const poll = this.#landed(pollId, true, effects);
    if (poll === undefined) return;
    this.#cadence.answered();
    this.#questions.answered(answer, effects);
    if (poll.void) return;
    this.#sharing.polled(poll.sentMs);
    const before = this.#log;
    this.#log = { logId: answer.logId, incarnation: answer.incarnation };
    if (this.#scopes.read(answer, poll, before, effects)) this.#cadence.wantBy(nowMs);
    this.#proven(effects);
  }

  #pollFailed(pollId: number, nowMs: number, effects: Effects): void {
    const poll = this.#landed(pollId, false, effects);
    if (poll === undefined) return;
    this.#cadence.failed(nowMs);
    this.#questions.failed(effects);
    this.#demands.failed(poll.positions.keys(), poll.sentMs, effects);
  }

  #landed(pollId: number, reachable: boolean, effects: Effects): InFlight | undefined {
    const poll = this.#inFlight;
    if (poll?.pollId !== pollId) return undefined;
    this.#inFlight = undefined;
    if (this.#reachable !== reachable) effects.push({ kind: 'log-reachable', reachable });
    this.#reachable = reachable;
    return poll;
  }

  /** Of another life of the database, or where it contradicts what is known here, an own poll decides. */
  #countersAnswered(
    pollId: number,
    { logId, incarnation, heads }: CounterReading,
    nowMs: number,
    effects: Effects,
  ): void {
    const ask = this.#sharing.answered(pollId, nowMs);
    if (ask === undefined || ask.void) return;
    let trusted = logId === this.#log?.logId && incarnation === this.#log.incarnation;
    const graceMs = this.#cadence.earlier(this.#options.shareGraceMs);
    const compared = trusted ? this.#scopes.compare(heads, ask, effects) : [];
    for (const { scope, head, comparison } of compared) {
      if (comparison === 'disputed') trusted = false;
      if (comparison === 'ahead' && head !== undefined)
        this.#awaited.add({ scope, logId, ...head }, nowMs + graceMs);
    }
    if (!trusted) {
      this.#sharing.shun(ask.peer, nowMs);
      this.#cadence.wantSpaced(nowMs);
    }
    this.#provenByShare(effects);
  }

  #provenByShare(effects: Effects): void {
    const { freshAsOfMs } = this.#scopes;
    this.#cadence.proven(freshAsOfMs);
    this.#sharing.proven(freshAsOfMs);
    this.#proven(effects);
  }

  #proven(effects: Effects): void {
    for (const { scope, freshAsOfMs } of this.#scopes) this.#demands.proved(scope, freshAsOfMs);
    const { provenPollId } = this.#scopes;
    if (provenPollId >= this.#neededPollId) {
      this.#cadence.served();
      this.#sharing.served();
    }
    for (const gapId of this.#gaps.close(provenPollId)) effects.push({ kind: 'gap-closed', gapId });
  }

  /** Another node wants counters of a read that begins from now on (rule F6). */
  #questioned(questionId: number, scopes: readonly Scope[], nowMs: number, effects: Effects): void {
    const reads = this.#options.logged && this.#log !== undefined && this.#reachable === true;
    if (reads && this.#questions.add(questionId, scopes)) this.#cadence.wantShared(nowMs);
    else effects.push({ kind: 'tell-nothing', questionId });
  }

  /** A proof sent from now on, from wherever it is had sooner. */
  #need(nowMs: number): void {
    this.#neededPollId = this.#lastPollId + 1;
    this.#cadence.need(nowMs);
    this.#sharing.need();
  }
}
