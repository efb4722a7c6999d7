/** What a node misses of one origin: who claims to have it, who is asked, who did not answer. */
export class Want {
  readonly origin: number;
  /** By peer, the sequence up to which it claims to have everything. */
  readonly claims = new Map<number, number>();
  readonly #lacked = new Map<number, Set<number>>();
  readonly #timeouts = new Map<number, number>();
  #through = 0;
  #sinceMs: number;
  #laterMs: number | undefined;
  asked: number | undefined;
  /** When what is claimed was first heard of, by the word of the claimants. */
  heardMs = Number.POSITIVE_INFINITY;

  constructor(origin: number, nowMs: number) {
    this.origin = origin;
    this.#sinceMs = nowMs;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get claimed(): number {
    let highest = 0;
    for (const head of this.claims.values()) highest = Math.max(highest, head);
    return highest;
  }

  claim(peer: number, head: number, heardMs: number): void {
    this.heardMs = Math.min(this.heardMs, heardMs);
    this.claims.set(peer, Math.max(head, this.claims.get(peer) ?? 0));
  }

  note(head: number, nowMs: number): void {
    if (this.#through === 0) this.#through = head;
    else if (head > this.#through) this.#laterMs ??= nowMs;
  }

  /** @param lowest the lowest sequence that is missing */
  progressed(lowest: number, head: number, nowMs: number): void {
    if (lowest <= this.#through) return;
    this.#sinceMs = this.#laterMs ?? nowMs;
    this.#through = head;
    this.#laterMs = undefined;
  }

  lacks(peer: number, event: number): void {
    const lacked = this.#lacked.get(peer) ?? new Set();
    this.#lacked.set(peer, lacked.add(event));
  }

  isLacked(peer: number, event: number): boolean {
    return this.#lacked.get(peer)?.has(event) ?? false;
  }

  answered(peer: number): void {
    this.#timeouts.delete(peer);
    if (this.asked === peer) this.asked = undefined;
  }

  timedOut(peer: number): void {
    if (this.asked === peer) this.asked = undefined;
    this.#timeouts.set(peer, this.timeouts(peer) + 1);
  }

  timeouts(peer: number): number {
    return this.#timeouts.get(peer) ?? 0;
  }
}
