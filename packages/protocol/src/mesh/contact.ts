import { type Coherence, type Origin, originId } from '@hearsay/spi';

export interface ContactOptions {
  /** Without an acknowledged round trip for this long, while others are known: isolated. */
  readonly isolatedAfterMs: number;
  /** A member lost without a leave counts as known for this long. */
  readonly lostRememberedMs: number;
}

/** Whether anyone else exists, and whether anyone answers. */
export class Contact {
  readonly #options: ContactOptions;
  readonly #lost = new Map<string, { readonly origin: Origin; readonly untilMs: number }>();
  #othersKnown = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: ContactOptions) {
    this.#options = options;
  }

  /** How many other nodes discovery knows. */
  setOthersKnown(count: number): void {
    this.#othersKnown = count;
  }

  acknowledged(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  lost(origin: Origin, nowMs: number): void {
    this.#lost.set(originId(origin), { origin, untilMs: nowMs + this.#options.lostRememberedMs });
  }

  /** The member left, or its node is back in a new epoch. */
  settled(origin: Origin): void {
    for (const [id, lost] of this.#lost) if (lost.origin.node === origin.node) this.#lost.delete(id);
  }

  /** @returns `answered` when a peer answered lately, else whether anyone is known at all */
  state(nowMs: number, links: number): 'answered' | Extract<Coherence, 'isolated' | 'alone'> {
    if (nowMs - this.#lastMs < this.#options.isolatedAfterMs && links > 0) return 'answered';
    for (const [id, lost] of this.#lost) if (lost.untilMs <= nowMs) this.#lost.delete(id);
    return links > 0 || this.#othersKnown > 0 || this.#lost.size > 0 ? 'isolated' : 'alone';
  }
}
