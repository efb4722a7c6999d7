import type { Coherence } from '@hearsay/spi';
import type { FreshnessOptions } from './options.js';
import { FALLBACK_JITTER, type SharedCadence } from './poll-sharing.js';

const BACK_OFF_MAX = 4;
/** Nodes that poll at the isolated rate after a loss; where there are more, each polls less. */
const HASTY_NODES = 4;

/**
 * When to poll. Regular polls come every interval, counted from the send of the one before, which
 * keeps the age of a proof below one interval and one answer time. After failures the interval is
 * counted from the failure; from the second failure in a row it doubles, up to four times (before
 * jitter): a database that is coming back is not stormed, and is found again within seconds.
 * What is wanted sooner is not slowed.
 */
export class Cadence {
  readonly #options: Required<FreshnessOptions>;
  #wantedMs = Number.POSITIVE_INFINITY;
  #sentMs = Number.NEGATIVE_INFINITY;
  #baseMs = Number.NEGATIVE_INFINITY;
  #sharedMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #random = 0.5;
  #coherence: Coherence = 'alone';
  #wasIsolated = false;
  #hastyUntilMs = Number.NEGATIVE_INFINITY;
  #hastyIntervalMs = Number.POSITIVE_INFINITY;
  #sharing: SharedCadence | undefined;
  #neededMs = Number.POSITIVE_INFINITY;

  constructor(options: Required<FreshnessOptions>) {
    this.#options = options;
  }

  /** When the next poll is due, provided that none is in flight. The first one is due at once. */
  dueMs(): number {
    const neededMs = this.#neededMs + (this.#sharing?.patienceMs ?? 0);
    return Math.min(this.#wantedMs, neededMs, this.regularMs());
  }

  /** When the next regular poll is due: the last proof is so old that it should have been renewed. */
  regularMs(): number {
    return this.#baseMs + this.#intervalMs();
  }

  /** Asks for a poll that is sent after this moment, at `dueMs` at the latest. */
  wantBy(dueMs: number): void {
    this.#wantedMs = Math.min(this.#wantedMs, dueMs);
  }

  /**
   * Asks for a proof that is sent from now on, until it is {@link served} or a poll is sent; where
   * polls are shared another node is given the time to bring it.
   */
  need(nowMs: number): void {
    this.#neededMs = Math.min(this.#neededMs, nowMs);
  }

  served(): void {
    this.#neededMs = Number.POSITIVE_INFINITY;
  }

  /** @param sharing `undefined`: nobody is asked */
  share(sharing: SharedCadence | undefined): void {
    this.#sharing = sharing;
  }

  /**
   * All scopes are proven as of this moment, by another node's poll. A node whose own polls failed goes
   * on until it has found the log again.
   */
  proven(sentMs: number): void {
    if (this.#failures === 0) this.#baseMs = Math.max(this.#baseMs, sentMs);
  }

  /** A poll for other nodes: spaced from the one before, and after a moment in which more of them can ask. */
  wantShared(nowMs: number): void {
    const { shareLingerMs, shareSpacingMs } = this.#options;
    this.wantBy(Math.max(nowMs + shareLingerMs, this.#sharedMs + shareSpacingMs));
  }

  /**
   * As {@link wantBy} at once, spaced by `graceMs`: a peer that is wrong makes no storm of polls.
   */
  wantSpaced(nowMs: number): void {
    this.wantBy(Math.max(nowMs, this.#sentMs + this.#options.graceMs));
  }

  /** @param shared it answers other nodes too */
  sent(nowMs: number, shared = false): void {
    if (shared) this.#sharedMs = nowMs;
    this.#wantedMs = Number.POSITIVE_INFINITY;
    this.#neededMs = Number.POSITIVE_INFINITY;
    this.#sentMs = nowMs;
  }

  answered(): void {
    this.#baseMs = this.#sentMs;
    this.#failures = 0;
  }

  failed(nowMs: number): void {
    this.#baseMs = nowMs;
    this.#failures++;
  }

  /** @param random [0, 1) */
  shuffle(random: number): void {
    this.#random = random;
  }

  /** A time in place of which nodes that wait for the same moment poll one after the other. */
  earlier(waitMs: number): number {
    return waitMs * (1 - FALLBACK_JITTER * this.#random);
  }

  /**
   * Isolated: polls come faster. Coherent after isolation: one proof at once closes what is left.
   * @returns whether that is so now
   */
  hear(coherence: Coherence): boolean {
    this.#coherence = coherence;
    if (coherence === 'isolated') this.#wasIsolated = true;
    if (coherence !== 'coherent' || !this.#wasIsolated) return false;
    this.#wasIsolated = false;
    return true;
  }

  /**
   * A member was lost without a leave: perhaps it is this side that is cut off, together with others,
   * and so never isolated (rule M2). Polls come faster for a while, but no more from all nodes
   * together than from four isolated ones.
   *
   * @param members in the view, this node included
   */
  lost(members: number, nowMs: number): void {
    const { isolatedIntervalMs, lostHasteMs } = this.#options;
    this.#hastyUntilMs = nowMs + lostHasteMs;
    this.#hastyIntervalMs = isolatedIntervalMs * Math.max(1, members / HASTY_NODES);
  }

  #intervalMs(): number {
    const { intervalMs, isolatedIntervalMs, jitterRatio } = this.#options;
    const isolated = this.#coherence === 'isolated';
    const hastyMs = this.#baseMs < this.#hastyUntilMs ? this.#hastyIntervalMs : intervalMs;
    const backOff = Math.min(2 ** Math.max(0, this.#failures - 1), BACK_OFF_MAX);
    if (this.#sharing !== undefined && !isolated && hastyMs >= intervalMs)
      return this.earlier(this.#sharing.fallbackMs) * backOff;
    const regularMs = isolated ? isolatedIntervalMs : Math.min(intervalMs, hastyMs);
    return regularMs * backOff * (1 + jitterRatio * (2 * this.#random - 1));
  }
}
