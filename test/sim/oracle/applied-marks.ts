const FIRST_SIZE = 512;

/** Which invalidations one process has applied, since which turn of the agenda, and which its journal had. */
export class AppliedMarks {
  #turns = new Float64Array(FIRST_SIZE);
  #held = new Uint8Array(FIRST_SIZE);

  /** @returns whether that was new */
  mark(serial: number, turn: number): boolean {
    this.#grow(serial);
    if (this.#turns[serial] !== 0) return false;
    this.#turns[serial] = turn;
    return true;
  }

  /** The event came by gossip, or is of this process: its journal had it. */
  hold(serial: number): void {
    this.#grow(serial);
    this.#held[serial] = 1;
  }

  /** @returns `Infinity` where it is not applied */
  turnOf(serial: number): number {
    const turn = this.#turns[serial] ?? 0;
    return turn === 0 ? Number.POSITIVE_INFINITY : turn;
  }

  has(serial: number): boolean {
    return (this.#turns[serial] ?? 0) !== 0;
  }

  holds(serial: number): boolean {
    return this.#held[serial] === 1;
  }

  #grow(serial: number): void {
    let size = this.#turns.length;
    if (serial < size) return;
    while (size <= serial) size *= 2;
    const turns = new Float64Array(size);
    turns.set(this.#turns);
    this.#turns = turns;
    const held = new Uint8Array(size);
    held.set(this.#held);
    this.#held = held;
  }
}
