/** After this long without an answer a call no longer counts as running. */
export const CALL_DEADLINE_MS = 10_000;

/** Calls that never answer cannot be ended, only made seldom. */
const WAIT_AFTER_SILENCE_MS_MAX = 600_000;

export interface RepeatedCallOptions<T> {
  readonly call: () => Promise<T>;
  /** From the start of a call to the start of the next. */
  readonly everyMs: number;
  readonly onAnswer: (answer: T) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Makes a call again and again, for ever, one at a time. It holds nobody up: a call is given up for
 * lost after its deadline and made again, ever less often while none answers (the waits double, up
 * to ten minutes). A late answer still counts, unless a later call has answered.
 */
export class RepeatedCall<T> {
  readonly #options: RepeatedCallOptions<T>;
  #dueMs = Number.NEGATIVE_INFINITY;
  #startedMs = 0;
  #begun = 0;
  /** The number of the call that is under way. */
  #running: number | undefined;
  #answered = 0;
  #silences = 0;

  constructor(options: RepeatedCallOptions<T>) {
    this.#options = options;
  }

  tick(nowMs: number): void {
    if (this.#running !== undefined && nowMs - this.#startedMs >= CALL_DEADLINE_MS) {
      this.#running = undefined;
      const waitMs = this.#options.everyMs * 2 ** Math.min(this.#silences++, 30);
      this.#dueMs = nowMs + Math.min(WAIT_AFTER_SILENCE_MS_MAX, waitMs);
      this.#options.onFailure(new Error(`no answer within ${CALL_DEADLINE_MS} ms`));
    }
    if (this.#running !== undefined || nowMs < this.#dueMs) return;
    this.#startedMs = nowMs;
    this.#dueMs = nowMs + this.#options.everyMs;
    this.#running = ++this.#begun;
    void this.#run(this.#running);
  }

  async #run(number: number): Promise<void> {
    try {
      const answer = await this.#options.call();
      if (number <= this.#answered) return;
      this.#answered = number;
      this.#options.onAnswer(answer);
    } catch (error) {
      // Of a call given up for lost that was said already.
      if (this.#running === number) this.#options.onFailure(error);
    } finally {
      this.#silences = 0;
      if (this.#running === number) this.#running = undefined;
    }
  }
}
