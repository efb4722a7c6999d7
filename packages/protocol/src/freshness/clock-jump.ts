/**
 * Notices that wall and monotonic time parted between two ticks (rule F3). A monotonic clock stands
 * still while a virtual machine is suspended, so that an old proof would look young. A stepped wall
 * clock looks the same from here and is treated the same. Slow drift is no jump.
 */
export class ClockJump {
  readonly #jumpMs: number;
  #offsetMs: number | undefined;

  /** @param jumpMs how far they may part between two observations */
  constructor(jumpMs: number) {
    this.#jumpMs = jumpMs;
  }

  /** @returns whether there was a jump since the observation before */
  observe(wallMs: number, nowMs: number): boolean {
    const beforeMs = this.#offsetMs;
    this.#offsetMs = wallMs - nowMs;
    return beforeMs !== undefined && Math.abs(this.#offsetMs - beforeMs) > this.#jumpMs;
  }
}
