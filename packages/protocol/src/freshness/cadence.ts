import type { Coherence } from '@hearsay/spi';
import type { FreshnessOptions } from './options.js';

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
  #failures = 0;
  #jitter = 1;
  #coherence: Coherence = 'alone';
  #wasIsolated = false;
  #hastyUntilMs = Number.NEGATIVE_INFINITY;
  #hastyIntervalMs = Number.POSITIVE_INFINITY;

  constructor(options: Required<FreshnessOptions>) {
    this.#options = options;
  }

  /** When the next poll is due, provided that none is in flight. The first one is due at once. */
  dueMs(): number {
    return Math.min(this.#wantedMs, this.#baseMs + this.#intervalMs());
  }

  /** Asks for a poll that is sent after this moment, at `dueMs` at the latest. */
  wantBy(dueMs: number): void {
    this.#wantedMs = Math.min(this.#wantedMs, dueMs);
  }

  /**
   * As {@link wantBy} at once, spaced by `graceMs`: a peer that is wrong makes no storm of polls.
   */
  wantSpaced(nowMs: number): void {
    this.wantBy(Math.max(nowMs, this.#sentMs + this.#options.graceMs));
  }

  sent(nowMs: number): void {
    this.#wantedMs = Number.POSITIVE_INFINITY;
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
    this.#jitter = 1 + this.#options.jitterRatio * (2 * random - 1);
  }

  /**
   * Isolated: polls come faster. Coherent after isolation: one poll at once closes what is left.
   */
  hear(coherence: Coherence, nowMs: number): void {
    this.#coherence = coherence;
    if (coherence === 'isolated') this.#wasIsolated = true;
    if (coherence !== 'coherent' || !this.#wasIsolated) return;
    this.#wasIsolated = false;
    this.wantBy(nowMs);
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
    const { intervalMs, isolatedIntervalMs } = this.#options;
    const hastyMs = this.#baseMs < this.#hastyUntilMs ? this.#hastyIntervalMs : intervalMs;
    const regularMs =
      this.#coherence === 'isolated' ? isolatedIntervalMs : Math.min(intervalMs, hastyMs);
    const backOff = Math.min(2 ** Math.max(0, this.#failures - 1), BACK_OFF_MAX);
    return regularMs * backOff * this.#jitter;
  }
}
