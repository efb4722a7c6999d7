import { type Origin, originId } from '@hearsay/spi';

/** One probe that this node makes for another. */
export interface Relay {
  readonly requester: Origin;
  /** The requester's number, for the answer. */
  readonly requestSequence: number;
  readonly target: Origin;
  nackAtMs: number;
  readonly endMs: number;
}

/** Probes on behalf of others, by the sequence of this node's ping. At most `relaysMax`. */
export class Relays {
  readonly #max: number;
  readonly #relays = new Map<number, Relay>();

  constructor(relaysMax: number) {
    this.#max = relaysMax;
  }

  get size(): number {
    return this.#relays.size;
  }

  /** @returns `false` when there are too many */
  add(sequence: number, relay: Relay): boolean {
    if (this.#relays.size >= this.#max) return false;
    this.#relays.set(sequence, relay);
    return true;
  }

  /** @returns the relay that the acknowledgement settles */
  answered(from: Origin, sequence: number): Relay | undefined {
    const relay = this.#relays.get(sequence);
    if (!relay || originId(relay.target) !== originId(from)) return undefined;
    this.#relays.delete(sequence);
    return relay;
  }

  /** @returns to whom a nack is due now; an answer of the target may still come after it */
  due(nowMs: number): Relay[] {
    const due: Relay[] = [];
    for (const [sequence, relay] of this.#relays) {
      if (relay.endMs <= nowMs) this.#relays.delete(sequence);
      if (relay.nackAtMs > nowMs) continue;
      due.push({ ...relay });
      relay.nackAtMs = Number.POSITIVE_INFINITY;
    }
    return due;
  }

  clear(): void {
    this.#relays.clear();
  }

  get nextDueMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { nackAtMs, endMs } of this.#relays.values())
      nextMs = Math.min(nextMs, nackAtMs, endMs);
    return nextMs;
  }
}
