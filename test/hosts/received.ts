import { type InvalidationEvent, originId } from '@hearsay/spi';

const LATENCIES_MAX = 100_000;

/** @returns a key of so many bytes that tells when its event was published */
export function sentNow(nowMs: number, keyBytes: number): string {
  return `${nowMs.toFixed(3)}-`.padEnd(keyBytes, 'x');
}

/** Which events came, and how long each took: numbers only, so that memory shows the transport's own. */
export class Received {
  readonly #sequences = new Map<string, Set<number>>();
  #latenciesMs: number[] = [];

  add({ origin, sequence, target }: InvalidationEvent, nowMs: number): void {
    const id = originId(origin);
    const sequences = this.#sequences.get(id) ?? new Set();
    this.#sequences.set(id, sequences);
    if (sequences.has(sequence)) return;
    sequences.add(sequence);
    if (this.#latenciesMs.length < LATENCIES_MAX)
      this.#latenciesMs.push(nowMs - Number.parseFloat(target.key));
  }

  /** @returns how many different events of each origin */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#sequences].map(([id, { size }]) => [id, size]));
  }

  /** @returns milliseconds from publish to delivery, of the first 100,000 since they were taken last */
  takeLatencies(): number[] {
    const latenciesMs = this.#latenciesMs;
    this.#latenciesMs = [];
    return latenciesMs;
  }
}
