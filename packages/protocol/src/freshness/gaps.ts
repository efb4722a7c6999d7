/**
 * Gaps that wait for a read of the log that began after they were learned (rule F8).
 * A poll is known by its id; ids grow with time.
 */
export class Gaps {
  readonly #max: number;
  readonly #neededPoll = new Map<number, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** @returns `false`, and nothing is kept, when too many wait already */
  add(gapId: number, neededPollId: number): boolean {
    if (this.#neededPoll.size >= this.#max) return false;
    this.#neededPoll.set(gapId, neededPollId);
    return true;
  }

  /** @param provenPollId every scope in use is proven by this poll or a later one */
  close(provenPollId: number): number[] {
    const closed: number[] = [];
    for (const [gapId, neededPollId] of this.#neededPoll) {
      if (neededPollId > provenPollId) continue;
      this.#neededPoll.delete(gapId);
      closed.push(gapId);
    }
    return closed;
  }
}
