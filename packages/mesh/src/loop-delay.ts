import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 50;

/** How late this process's event loop runs. A node that is late itself must not accuse others. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  /** @returns the 99th percentile since the last call in milliseconds, 0 or above */
  take(): number {
    // What is recorded is the time between two samples.
    const delayMs = this.#histogram.percentile(99) / 1e6 - RESOLUTION_MS;
    this.#histogram.reset();
    return Math.max(0, delayMs);
  }

  stop(): void {
    this.#histogram.disable();
  }
}
