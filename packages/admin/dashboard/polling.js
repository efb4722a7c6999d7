import { pause } from './event-stream.js';

const PAUSE_MS_MAX = 15_000;

/** Everything that is asked again and again: not while nobody sees the page, seldom while nobody answers. */
export class Polling {
  /** @type {Set<() => void>} */
  #wake = new Set();
  #signal;

  /** @param {AbortSignal} signal ends all of it */
  constructor(signal) {
    this.#signal = signal;
    document.addEventListener('visibilitychange', () => this.now(), { signal });
  }

  /** Asks at once what is waiting for its turn. */
  now() {
    for (const wake of this.#wake) wake();
  }

  /**
   * @param {() => number} everyMs from the end of one to the next
   * @param {() => Promise<boolean>} ask resolves with whether it was answered
   */
  async repeat(everyMs, ask) {
    let waitMs = everyMs();
    while (!this.#signal.aborted) {
      const answered = document.hidden || (await ask());
      waitMs = answered ? everyMs() : Math.min(PAUSE_MS_MAX, 2 * waitMs);
      await this.#rest(waitMs);
    }
  }

  /** @param {number} ms */
  async #rest(ms) {
    const early = new AbortController();
    const wake = () => early.abort();
    this.#wake.add(wake);
    await pause(ms, AbortSignal.any([early.signal, this.#signal]));
    this.#wake.delete(wake);
  }
}
