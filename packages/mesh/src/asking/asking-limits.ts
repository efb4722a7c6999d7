/** Bounds of asking, inclusive, beside those of a single question and answer. */
export const ASKING_LIMITS = {
  /** Questions under way to one peer, and questions of one peer that are being answered. */
  questionsPerPeerMax: 64,
  /** The same for all peers together. */
  questionsMax: 1024,
  /** Bytes of answers on their way out to one peer. */
  answerBytesPerPeerMax: 8_388_608,
  /** The same for all peers together, and as many of answers that are not whole yet. */
  answerBytesMax: 33_554_432,
  /** Answers and refusals that wait to be sent to one peer. */
  refusalsWaitingMax: 1024,
  /** A peer that takes nothing off its stream for so long loses what waits for it. */
  stalledMs: 30_000,
} as const;

/** So much of something, perhaps as a part of what there is for all together. */
export class Budget {
  readonly #max: number;
  readonly #whole: Budget | undefined;
  #taken = 0;

  constructor(max: number, whole?: Budget) {
    this.#max = max;
    this.#whole = whole;
  }

  /** @returns whether so much was left, in the whole too; if not, nothing is taken */
  take(amount: number): boolean {
    if (this.#taken + amount > this.#max || this.#whole?.take(amount) === false) return false;
    this.#taken += amount;
    return true;
  }

  giveBack(amount: number): void {
    this.#taken -= amount;
    this.#whole?.giveBack(amount);
  }
}
