import type { Clock } from '@hearsay/spi';
import type { Agenda } from '../world/agenda.ts';

/**
 * The clocks of one process: a monotonic one that starts anywhere and runs a little fast or slow, and
 * a wall clock that may be set.
 */
export class LocalClock implements Clock {
  readonly #agenda: Agenda;
  /** Monotonic milliseconds that pass in a true one. */
  readonly rate: number;
  #offsetMs: number;
  #wallOffsetMs: number;

  constructor(agenda: Agenda, rate: number, startMs: number, wallMs: number) {
    this.#agenda = agenda;
    this.rate = rate;
    this.#offsetMs = startMs - agenda.nowMs * rate;
    this.#wallOffsetMs = wallMs - agenda.nowMs;
  }

  monotonicMs(): number {
    return this.#agenda.nowMs * this.rate + this.#offsetMs;
  }

  wallMs(): number {
    return this.#agenda.nowMs + this.#wallOffsetMs;
  }

  /** How long a span of this clock truly takes. */
  trueMs(ms: number): number {
    return ms / this.rate;
  }

  /** As a suspended machine: the monotonic clock stood still for this long, the wall clock did not. */
  stoodStill(trueMs: number): void {
    this.#offsetMs -= trueMs * this.rate;
  }

  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }
}
