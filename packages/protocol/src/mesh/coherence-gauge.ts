import type { Coherence } from '@hearsay/spi';

export interface CoherenceOptions {
  /** Something missing for longer than this makes the node `catching-up`. */
  readonly catchingUpAfterMs: number;
}

/** What coherence is made of. */
export interface CoherenceFacts {
  readonly contact: 'answered' | 'isolated' | 'alone';
  /** Whether any linked peer's vector was compared since contact began. */
  readonly compared: boolean;
  /** Since when the longest missing event is missed; `Infinity` when nothing is. */
  readonly missingSinceMs: number;
  readonly gapsOpen: number;
}

/**
 * Turns what is known into one word. A coherent node may miss something for a moment; one that is
 * not coherent becomes so only when all that it knew to be missing then is here.
 */
export class CoherenceGauge {
  readonly #catchingUpAfterMs: number;
  #coherence: Coherence = 'alone';
  /** What is missed since then or earlier must come before the node is coherent again. */
  #mustPassMs = Number.NEGATIVE_INFINITY;

  constructor({ catchingUpAfterMs }: CoherenceOptions) {
    this.#catchingUpAfterMs = catchingUpAfterMs;
  }

  get coherence(): Coherence {
    return this.#coherence;
  }

  /** A peer's vector was compared for the first time: what it showed to be missing counts. */
  learned(nowMs: number): void {
    if (this.#coherence !== 'coherent') this.#mustPassMs = nowMs;
  }

  /** @returns the new coherence when it has changed */
  update(facts: CoherenceFacts, nowMs: number): Coherence | undefined {
    const next = this.#judge(facts, nowMs);
    if (next === this.#coherence) return undefined;
    if (next === 'catching-up') this.#mustPassMs = nowMs;
    this.#coherence = next;
    return next;
  }

  #judge(
    { contact, compared, missingSinceMs, gapsOpen }: CoherenceFacts,
    nowMs: number,
  ): Coherence {
    if (contact !== 'answered') return contact;
    const bearable =
      this.#coherence === 'coherent'
        ? nowMs - missingSinceMs <= this.#catchingUpAfterMs
        : missingSinceMs > this.#mustPassMs;
    return compared && bearable && gapsOpen === 0 ? 'coherent' : 'catching-up';
  }
}
