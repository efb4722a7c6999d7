import { monitorEventLoopDelay } from 'node:perf_hooks';
import { toMicros } from '../node-view.js';
import type { ProcessView } from '../shapes/status.js';

const RESOLUTION_MS = 50;
/** The delays shown are those of the last one to two of these. */
const WINDOW_MS = 15_000;

type Delays = ProcessView['eventLoopDelayMs'];

/** What this process uses, and how late its event loop runs. */
export class ProcessFigures {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  #last: Delays = { p50: 0, p99: 0, max: 0 };

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.#last = this.#now();
      this.#histogram.reset();
    }, WINDOW_MS);
    this.#timer.unref();
  }

  view(): ProcessView {
    const { user, system } = process.cpuUsage();
    return {
      pid: process.pid,
      nodeVersion: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      upForMs: toMicros(process.uptime() * 1000),
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      eventLoopDelayMs: this.#worst(),
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #worst(): Delays {
    const now = this.#now();
    const { p50, p99, max } = this.#last;
    return {
      p50: Math.max(p50, now.p50),
      p99: Math.max(p99, now.p99),
      max: Math.max(max, now.max),
    };
  }

  /** What is recorded is the time between two samples. */
  #now(): Delays {
    if (this.#histogram.count === 0) return { p50: 0, p99: 0, max: 0 };
    const delayMs = (ns: number): number => toMicros(Math.max(0, ns / 1e6 - RESOLUTION_MS));
    return {
      p50: delayMs(this.#histogram.percentile(50)),
      p99: delayMs(this.#histogram.percentile(99)),
      max: delayMs(this.#histogram.max),
    };
  }
}
