import {
  type ChainHead,
  type Coherence,
  LIMITS,
  type Origin,
  originId,
  type Scope,
  sameOrigin,
} from '@hearsay/spi';
import { SHARING_LIMITS } from './counter-reading.js';
import type { FreshnessOptions } from './options.js';
import { rendezvous } from './rendezvous.js';
import type { InFlight } from './scope-follower.js';

/** Who polls is chosen among those that follow one log, so one key serves all. */
const POLLERS_KEY = 'pollers';
/** Own polls in place of an answer come earlier by up to this share, so that not all come at once. */
export const FALLBACK_JITTER = 0.1;
/** What a question takes beside the characters of its scopes: for each of them, and for itself. */
const SCOPE_BYTES = 2;
const QUESTION_BYTES = 8;

/** The pace of own polls where others can be asked for proofs. */
export interface SharedCadence {
  /** How long after the last proof an own poll is due at the latest; jitter makes it earlier. */
  readonly fallbackMs: number;
  /** How long what is needed at once is left to others. */
  readonly patienceMs: number;
}

/** A question for counters between its send and its answer. */
export interface Ask extends InFlight {
  readonly peer: Origin;
}

/**
 * Decides when this node asks another one for counters in place of polling itself, and whom (rule F6).
 *
 * Among the members that follow the log rendezvous hashing names a few pollers, the same for everyone
 * who sees the same members; each of the others prefers one of them. A poller lets questions wait for
 * its next poll, at least `shareSpacingMs` after the one before, so that the database sees
 * `sharePollersMax` polls in that time, however many ask. Whoever was answered knows by that when its
 * poller polled, and asks again shortly before it may poll anew.
 *
 * A question never delays an own poll: that one is due `fallbackMs` after the last proof, before the
 * least bound in use, whatever becomes of the question. Who did not answer is not asked for a while.
 */
export class PollSharing {
  readonly #options: Required<FreshnessOptions>;
  readonly #shunnedUntilMs = new Map<string, number>();
  /** Whom to ask, in the order of preference; none where this node polls for itself. */
  #peers: readonly Origin[] = [];
  #isolated = false;
  #boundMs = Number.POSITIVE_INFINITY;
  #scopes = 0;
  #questionBytes = QUESTION_BYTES;
  #ask: Ask | undefined;
  #dueMs = Number.NEGATIVE_INFINITY;
  /** When the poller's newest answer came. */
  #turnMs: number | undefined;
  #provenMs = Number.NEGATIVE_INFINITY;
  #needed = false;

  constructor(options: Required<FreshnessOptions>) {
    this.#options = options;
  }

  useScope(scope: Scope): void {
    this.#scopes++;
    this.#questionBytes += SCOPE_BYTES + scope.length;
  }

  /** Readers with a bound below the least that is shared poll for themselves. */
  useBound(boundMs: number): void {
    if (boundMs < this.#options.shareBoundMsMin || boundMs >= this.#boundMs) return;
    this.#boundMs = boundMs;
    this.#dueMs = Math.min(this.#dueMs, this.#provenMs + this.#restMs());
  }

  /** @param followers the living members that follow the log, `self` included */
  members(self: Origin, followers: readonly Origin[]): void {
    const { shareMembersMin, sharePollersMax } = this.#options;
    const shared = followers.length >= shareMembersMin;
    const pollers = rendezvous(POLLERS_KEY, shared ? followers : []).slice(0, sharePollersMax);
    const isPoller = pollers.some((poller) => sameOrigin(poller, self));
    this.#peers = isPoller ? [] : rendezvous(originId(self), pollers);
    const ids = new Set(this.#peers.map(originId));
    for (const id of this.#shunnedUntilMs.keys()) if (!ids.has(id)) this.#shunnedUntilMs.delete(id);
  }

  /** Who did not answer an isolated node may answer when it is back. */
  hear(coherence: Coherence): void {
    const isolated = coherence === 'isolated';
    if (this.#isolated && !isolated) this.#shunnedUntilMs.clear();
    this.#isolated = isolated;
  }

  /** @returns `undefined` where nobody is there to ask; who has only failed is there */
  cadence(nowMs: number): SharedCadence | undefined {
    const { intervalMs, shareTimeoutMs } = this.#options;
    if (!this.#asks || this.#peers.length === 0) return undefined;
    const fallbackMs = this.#fallbackMs();
    if (this.#peer(nowMs) !== undefined) return { fallbackMs, patienceMs: shareTimeoutMs };
    return { fallbackMs: Math.min(intervalMs, fallbackMs), patienceMs: 0 };
  }

  /** When to ask; `Infinity` while a question is under way or where there is nobody to ask. */
  dueMs(): number {
    if (this.#ask !== undefined || this.#peers.length === 0 || !this.#asks)
      return Number.POSITIVE_INFINITY;
    const freeMs = Math.min(...this.#peers.map((peer) => this.#shunnedUntil(peer)));
    return this.#needed ? freeMs : Math.max(freeMs, this.#dueMs);
  }

  /** Asks for a proof that is sent from now on, until it is {@link served}. */
  need(): void {
    this.#needed = true;
  }

  served(): void {
    this.#needed = false;
  }

  /** @returns the question that leaves now; `undefined` where none is due or nobody can be asked */
  send(
    pollId: number,
    positions: ReadonlyMap<Scope, ChainHead | undefined>,
    nowMs: number,
  ): Ask | undefined {
    const peer = this.dueMs() <= nowMs ? this.#peer(nowMs) : undefined;
    if (peer === undefined) return undefined;
    this.#ask = { pollId, peer, sentMs: nowMs, positions, void: false };
    return this.#ask;
  }

  /** An answer came. @returns its question; `undefined` for one that is not awaited any more */
  answered(pollId: number, nowMs: number): Ask | undefined {
    const ask = this.#landed(pollId);
    if (ask === undefined) return undefined;
    this.#turnMs = nowMs;
    this.#dueMs = this.#askMs(ask.sentMs, nowMs);
    return ask;
  }

  /** No answer came: another one is asked. */
  failed(pollId: number, nowMs: number): void {
    const ask = this.#landed(pollId);
    if (ask !== undefined) this.shun(ask.peer, nowMs);
  }

  /** This node polls itself, for no answer came in time: it is not awaited any more. */
  overdue(nowMs: number): void {
    if (this.#ask !== undefined) this.failed(this.#ask.pollId, nowMs);
  }

  /** What it answers is of no use. */
  shun(peer: Origin, nowMs: number): void {
    this.#shunnedUntilMs.set(originId(peer), nowMs + this.#options.shareShunMs);
    this.#turnMs = undefined;
    this.#dueMs = nowMs;
  }

  /** All scopes are proven since then, by whomever. */
  proven(sentMs: number): void {
    this.#provenMs = Math.max(this.#provenMs, sentMs);
  }

  /** As {@link proven}, by an own poll: the next question can wait. */
  polled(sentMs: number): void {
    this.proven(sentMs);
    this.#dueMs = this.#askMs(sentMs, sentMs);
  }

  voidAsk(): void {
    if (this.#ask !== undefined) this.#ask.void = true;
  }

  /** Whether this node asks at all: heard by others, not faster than they poll, in one question. */
  get #asks(): boolean {
    return (
      !this.#isolated &&
      this.#options.intervalMs >= this.#options.shareSpacingMs &&
      this.#scopes <= SHARING_LIMITS.scopesMax &&
      this.#questionBytes <= LIMITS.questionBytesMax
    );
  }

  #peer(nowMs: number): Origin | undefined {
    return this.#asks ? this.#peers.find((peer) => this.#shunnedUntil(peer) <= nowMs) : undefined;
  }

  #shunnedUntil(peer: Origin): number {
    return this.#shunnedUntilMs.get(originId(peer)) ?? Number.NEGATIVE_INFINITY;
  }

  #fallbackMs(): number {
    const { intervalMs, shareSpacingMs, shareTimeoutMs, shareReserveMs } = this.#options;
    const restMs = intervalMs + shareSpacingMs / 4;
    const lazyMs = (restMs + shareTimeoutMs) / (1 - FALLBACK_JITTER);
    return Math.min(lazyMs, this.#boundMs - shareReserveMs);
  }

  /** How old a proof gets before another one is asked for: there is time for a question to fail. */
  #restMs(): number {
    const earliestMs = (1 - FALLBACK_JITTER) * this.#fallbackMs();
    return Math.max(0, earliestMs - this.#options.shareTimeoutMs);
  }

  /**
   * The last of the poller's turns, as far as they are known, that leaves time for a question to fail;
   * at least the next one.
   */
  #askMs(provenMs: number, nowMs: number): number {
    const { shareSpacingMs, shareLeadMs } = this.#options;
    const latestMs = provenMs + this.#restMs();
    if (this.#turnMs === undefined) return latestMs;
    const sinceMs = this.#turnMs - shareLeadMs;
    const last = Math.floor((latestMs - sinceMs) / shareSpacingMs);
    const next = Math.ceil((nowMs - sinceMs) / shareSpacingMs);
    return sinceMs + Math.max(last, next) * shareSpacingMs;
  }

  #landed(pollId: number): Ask | undefined {
    const ask = this.#ask;
    if (ask?.pollId !== pollId) return undefined;
    this.#ask = undefined;
    return ask;
  }
}
