/**
 * Of keys whose latest value was served here and is not held any more: up to which ticket a fill may
 * be older than that value (invariant G). So many keys are remembered; what is forgotten counts for
 * all of them, as in the ring of the fence (rule C1).
 */
export class Departures {
  readonly #serials = new Map<string, number>();
  readonly #keysMax: number;
  #forgotten = 0;

  /** @param keysMax keys remembered, ≥ 1 */
  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  /** @param serial up to which tickets that are out may be older than the value; 0 where none is */
  note(key: string, serial: number): void {
    if (serial <= this.serial(key)) return;
    this.#serials.delete(key);
    this.#serials.set(key, serial);
    if (this.#serials.size <= this.#keysMax) return;
    for (const [oldest, forgotten] of this.#serials) {
      this.#serials.delete(oldest);
      this.#forgotten = Math.max(this.#forgotten, forgotten);
      return;
    }
  }

  /** Every ticket issued up to the serial is void: there is nothing else to remember. */
  forget(serial: number): void {
    this.#serials.clear();
    this.#forgotten = serial;
  }

  /** @returns the serial up to which tickets may bring something older */
  serial(key: string): number {
    return Math.max(this.#serials.get(key) ?? 0, this.#forgotten);
  }
}
