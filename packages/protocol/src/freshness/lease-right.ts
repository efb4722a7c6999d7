/**
 * The right to serve one strict scope from memory, until a moment on this node's monotonic clock
 * (rule S1). Asked on every hit, so it is a comparison of numbers.
 */
export class LeaseRight {
  #untilMs = Number.NEGATIVE_INFINITY;
  #clockOffsetMs = 0;
  #jumpMs = 0;

  /**
   * Both clocks are to be read for this very question. The wall clock can only end a right: where
   * it has parted from the monotonic one, this process or its machine stood still (rule F3).
   */
  holds(nowMs: number, wallMs: number): boolean {
    return nowMs < this.#untilMs && Math.abs(wallMs - nowMs - this.#clockOffsetMs) <= this.#jumpMs;
  }

  /** How long it lasts, as far as the monotonic clock tells; not above 0 when it is over. */
  leftMs(nowMs: number): number {
    return this.#untilMs - nowMs;
  }

  /** @param clockOffsetMs wall minus monotonic time when its lease was asked for */
  grant(untilMs: number, clockOffsetMs: number, jumpMs: number): void {
    this.#untilMs = untilMs;
    this.#clockOffsetMs = clockOffsetMs;
    this.#jumpMs = jumpMs;
  }

  end(): void {
    this.#untilMs = Number.NEGATIVE_INFINITY;
  }
}
