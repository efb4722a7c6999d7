import { readFileSync } from 'node:fs';

/** How long processes stood in line for a processor: time in which they could do nothing. */
export class ProcessorWait {
  readonly #last = new Map<number, { readonly waitedMs: number; readonly atMs: number }>();
  #waitedMs = 0;
  #livedMs = 0;

  /** Takes in what became of a process's main thread since the last time. @returns how long it waited since */
  measure(pid: number): number {
    const waitedMs = waitedMsOf(pid);
    if (waitedMs === undefined) return 0;
    const atMs = performance.now();
    const before = this.#last.get(pid);
    this.#last.set(pid, { waitedMs, atMs });
    if (!before) return 0;
    this.#livedMs += atMs - before.atMs;
    this.#waitedMs += waitedMs - before.waitedMs;
    return waitedMs - before.waitedMs;
  }

  /** Of all that was measured, 0 … 1. */
  get share(): number {
    return this.#livedMs === 0 ? 0 : this.#waitedMs / this.#livedMs;
  }
}

/** @returns what the kernel counted (schedstat, in nanoseconds); `undefined` where it does not, or of no process */
export function waitedMsOf(pid: number): number | undefined {
  try {
    // "on a processor, waiting for one, time slices"
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return undefined;
  }
}
