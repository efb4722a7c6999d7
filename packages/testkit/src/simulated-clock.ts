import { type Clock, ConfigInvalidError } from '@hearsay/spi';
import { type DueCallback, TimerHeap } from './timer-heap.js';

/** Something that will happen unless it is cancelled before. */
export interface SimulatedTimer {
  /** Cancelling twice, or after it has happened, does nothing. */
  cancel(): void;
}

/**
 * Time that moves only when told to. Callbacks run inside {@link SimulatedClock.advance}, at exactly
 * their time, and at the same time in the order in which they were scheduled.
 */
export class SimulatedClock implements Clock {
  readonly #timers = new TimerHeap();
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  #pending = 0;

  /** @param wallMs what the wall shows at the monotonic time 0 */
  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = wallMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs;
  }

  /** How many callbacks are scheduled and not cancelled. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * @param delayMs 0 or more; a callback due now runs in the next `advance`, also of 0 ms
   * @throws {ConfigInvalidError} a delay that is negative or not finite
   */
  schedule(delayMs: number, callback: () => void): SimulatedTimer {
    return this.scheduleAt(this.#nowMs + span(delayMs, 'the delay'), callback);
  }

  /** @param atMs on the monotonic clock; what lies in the past is due now */
  scheduleAt(atMs: number, callback: () => void): SimulatedTimer {
    const dueMs = Math.max(atMs, this.#nowMs);
    const timer: DueCallback = { dueMs, order: this.#order++, callback };
    this.#timers.push(timer);
    this.#pending += 1;
    return {
      cancel: () => {
        if (timer.callback === undefined) return;
        timer.callback = undefined;
        this.#pending -= 1;
      },
    };
  }

  /**
   * Moves both clocks and runs what falls due, also what that schedules. What a callback throws
   * comes out here; the clock then stands at that callback's time and can be advanced further.
   *
   * @throws {ConfigInvalidError} a time that is negative or not finite
   */
  advance(ms: number): void {
    const endMs = this.#nowMs + span(ms, 'the time to advance');
    for (;;) {
      const timer = this.#timers.first;
      if (timer === undefined || timer.dueMs > endMs) break;
      this.#timers.pop();
      const { callback } = timer;
      if (callback === undefined) continue;
      this.#nowMs = timer.dueMs;
      this.#pending -= 1;
      timer.callback = undefined;
      callback();
    }
    this.#nowMs = endMs;
  }

  /** Moves the wall clock alone, as a correction or a suspended machine does (rule F3). Either way. */
  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }
}

function span(ms: number, what: string): number {
  if (!Number.isFinite(ms) || ms < 0)
    throw new ConfigInvalidError(`${what} is ${ms}; pass 0 or more milliseconds`);
  return ms;
}
