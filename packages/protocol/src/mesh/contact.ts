import { type Coherence, type Origin, originId } from '@hearsay/spi';

export interface ContactOptions {
  /** Without an acknowledged round trip for this long, while others are known: isolated. */
  readonly isolatedAfterMs: number;
  /** A member lost without a leave counts as known for this long. */
  readonly lostRememberedMs: number;
}

/** How many lost members are remembered; the longest lost go first. */
const LOST_MAX = 1_024;

/** Whether anyone else exists, and whether anyone answers. */
export class Contact {
  readonly #options: ContactOptions;
  /** In the order in which they were lost. */
  readonly #lost = new Map<string, { readonly origin: Origin; readonly atMs: number }>();
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
    const id = originId(origin);
    this.#lost.delete(id);
    if (this.#lost.size >= LOST_MAX) {
      const longest = this.#lost.keys().next().value;
      if (longest !== undefined) this.#lost.delete(longest);
    }
    this.#lost.set(id, { origin, atMs: nowMs });
  }

  /**
   * The member left, or is here again, in this epoch or a new one.
   * @returns for how long this very epoch was lost; 0 when it was not
   */
  settled(origin: Origin, nowMs: number): number {
    const lost = this.#lost.get(originId(origin));
    for (const [id, other] of this.#lost)
      if (other.origin.node === origin.node) this.#lost.delete(id);
    return lost ? nowMs - lost.atMs : 0;
  }

  /** @returns `answered` when a peer answered lately, else whether anyone is known at all */
  state(nowMs: number, links: number): 'answered' | Extract<Coherence, 'isolated' | 'alone'> {
    if (nowMs - this.#lastMs < this.#options.isolatedAfterMs && links > 0) return 'answered';
    if (links > 0 || this.#othersKnown > 0) return 'isolated';
    let newestLostMs = Number.NEGATIVE_INFINITY;
    for (const { atMs } of this.#lost.values()) newestLostMs = atMs;
    return nowMs - newestLostMs < this.#options.lostRememberedMs ? 'isolated' : 'alone';
  }
}
