export interface StallOptions {
  readonly tickMs: number;
  readonly stallToleranceMs: number;
}

/**
 * Notices that this process itself stood still (blocked event loop, SIGSTOP, suspended machine):
 * its ticks came late. What it did not hear meanwhile is nobody's fault but its own.
 */
export class Stall {
  readonly #options: StallOptions;
  #lastMs: number;
  #blamedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: StallOptions, nowMs: number) {
    this.#options = options;
    this.#lastMs = nowMs;
  }

  /** When the next tick is due at the latest. */
  get dueMs(): number {
    return this.#lastMs + this.#options.tickMs;
  }

  /**
   * To be called on every input: messages that waited may come before the late tick.
   * @returns for how long this node stood still; 0 when it did not
   */
  observe(nowMs: number): number {
    const { tickMs, stallToleranceMs } = this.#options;
    const gapMs = nowMs - this.#lastMs;
    if (gapMs <= 2 * tickMs) return 0;
    this.#lastMs = nowMs;
    const stallMs = gapMs - tickMs;
    if (stallMs * 2 >= stallToleranceMs) this.#blamedUntilMs = nowMs + stallToleranceMs;
    return stallMs;
  }

  tick(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  /**
   * Whether this node stood still for long, just now: peers may have closed their connections because
   * it was silent.
   */
  isToBlame(nowMs: number): boolean {
    return nowMs < this.#blamedUntilMs;
  }
}
