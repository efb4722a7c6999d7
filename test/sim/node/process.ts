import type { Agenda } from '../world/agenda.ts';
import type { Dice } from '../world/dice.ts';
import type { LocalClock } from './local-clock.ts';

/**
 * One process as its operating system runs it: whatever reaches it happens at once, after a freeze,
 * or never any more.
 */
export class Process {
  readonly clock: LocalClock;
  readonly #agenda: Agenda;
  readonly #dice: Dice;
  #alive = true;
  #frozen = false;
  #frozenAtMs = 0;
  #stallMs = 0;
  readonly #inbox: (() => void)[] = [];
  readonly #timers: (() => void)[] = [];

  constructor(agenda: Agenda, clock: LocalClock, dice: Dice) {
    this.#agenda = agenda;
    this.clock = clock;
    this.#dice = dice;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  get isRunning(): boolean {
    return this.#alive && !this.#frozen;
  }

  /** Something arrives. */
  run(callback: () => void): void {
    if (this.#frozen) this.#inbox.push(callback);
    else if (this.#alive) callback();
  }

  /** A timer on the monotonic clock of this process. */
  after(localMs: number, callback: () => void): void {
    const dueMs = this.clock.monotonicMs() + localMs;
    this.#agenda.after(this.clock.trueMs(localMs), () => this.#due(dueMs, callback));
  }

  /** In the next turn of the event loop. */
  soon(callback: () => void): void {
    this.#agenda.after(0, () => this.run(callback));
  }

  freeze(): void {
    this.#frozen = true;
    this.#frozenAtMs = this.#agenda.nowMs;
  }

  /** Goes on. What came meanwhile happens now; whether timers or messages come first is anyone's guess. */
  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#stallMs = Math.max(this.#stallMs, this.#agenda.nowMs - this.#frozenAtMs);
    const both = [this.#timers.splice(0), this.#inbox.splice(0)];
    if (this.#dice.chance(0.5)) both.reverse();
    for (const callback of both.flat()) this.run(callback);
  }

  /** SIGKILL. */
  kill(): void {
    this.#alive = false;
    this.#frozen = false;
    this.#inbox.length = 0;
    this.#timers.length = 0;
  }

  /** @returns the longest stall since the last call: what a monitor of the event loop would show */
  takeStallMs(): number {
    const stallMs = this.#stallMs;
    this.#stallMs = 0;
    return stallMs;
  }

  #due(dueMs: number, callback: () => void): void {
    if (this.#frozen) {
      this.#timers.push(() => this.#due(dueMs, callback));
      return;
    }
    if (!this.#alive) return;
    // The clock stood still meanwhile.
    const earlyMs = dueMs - this.clock.monotonicMs();
    if (earlyMs > 0.001) this.after(earlyMs, callback);
    else callback();
  }
}
