import type { Evidence } from './member.js';

export interface SuspicionOptions {
  readonly stallToleranceMs: number;
  readonly refutationMs: number;
  readonly suspicionMaxFactor: number;
  readonly confirmationsMax: number;
  readonly closedMs: number;
}

/** Accusers with the evidence `closed` that shorten a suspicion, where there are as many. */
const CLOSED_ACCUSERS = 2;

/**
 * How long a silent suspect has to prove that it is alive, since it was first suspected.
 * Confirmations shorten it, so that one slow observer cannot condemn anyone.
 *
 * @param confirmations distinct accusers after the first, 0 … expected
 * @param expected how many bring it down to the minimum; 0: nobody else can confirm
 * @returns minMs … maxMs
 * Source: Lifeguard (arXiv 1707.00788), section IV-B.
 */
export function suspicionTimeoutMs(
  confirmations: number,
  expected: number,
  minMs: number,
  maxMs: number,
): number {
  if (expected < 1) return minMs;
  const share = Math.log(confirmations + 1) / Math.log(expected + 1);
  return Math.max(minMs, maxMs - (maxMs - minMs) * share);
}

/** What the judge sees of the suspect and of those who could accuse it. */
export interface Bench {
  /** Members that nobody suspects, this node included. */
  readonly accusersMax: number;
  /** Whether this node has a link to the suspect. */
  readonly linked: boolean;
}

/**
 * The case against one member: who accuses it, and how long it has to refute.
 *
 * Two kinds of evidence, two times. Silence is ambiguous: a process blocked for a while is as silent
 * as a dead one, so a suspicion by silence never lasts less than the stall that is tolerated plus
 * the time to refute, however many confirm it: they all see the same stall. A connection closed by
 * the member's side is the word of its kernel that no process holds the socket, and a stalled
 * process's kernel does not say so; such a suspicion is short. But a live member also closes one
 * connection: whose peer was silent to it (one-way loss, or the accuser's own stall). Therefore
 * - two accusers must have seen it, which one bad path or one stalled accuser cannot feign
 *   (where fewer than two can accuse: all of them);
 * - an accuser that stalled itself just before calls what it saw `silent` (see `Stall`);
 * - whoever has a link to the suspect does not believe in closed ones;
 * - an accuser's probe must have failed as well, helpers included, so a closed path alone accuses nobody.
 */
export class Suspicion {
  readonly #options: SuspicionOptions;
  readonly #accusers = new Map<string, Evidence>();
  #sinceMs: number;

  constructor(options: SuspicionOptions, nowMs: number) {
    this.#options = options;
    this.#sinceMs = nowMs;
  }

  get accusers(): number {
    return this.#accusers.size;
  }

  /** @returns whether it is news: a new accuser that counts, or one that has seen more */
  accuse(by: string, evidence: Evidence): boolean {
    const before = this.#accusers.get(by);
    if (before === evidence || before === 'closed') return false;
    const enough = this.#accusers.size > this.#options.confirmationsMax;
    const wanted = evidence === 'closed' && this.#closed < CLOSED_ACCUSERS;
    if (before === undefined && enough && !wanted) return false;
    this.#accusers.set(by, evidence);
    return true;
  }

  /** The accuser has a connection again. */
  retractClosed(by: string): void {
    if (this.#accusers.has(by)) this.#accusers.set(by, 'silent');
  }

  /** While this node stalled it could not hear a refutation. */
  extend(stallMs: number): void {
    this.#sinceMs += stallMs;
  }

  /** @returns when it is to be declared dead, unless it refuted */
  dueMs({ accusersMax, linked }: Bench): number {
    const { stallToleranceMs, refutationMs, suspicionMaxFactor } = this.#options;
    if (!linked && this.#closed >= Math.max(1, Math.min(CLOSED_ACCUSERS, accusersMax)))
      return this.#sinceMs + this.#options.closedMs;
    const minMs = stallToleranceMs + refutationMs;
    const expected = Math.min(this.#options.confirmationsMax, accusersMax - 1);
    const confirmations = Math.min(this.#accusers.size - 1, Math.max(0, expected));
    return (
      this.#sinceMs + suspicionTimeoutMs(confirmations, expected, minMs, minMs * suspicionMaxFactor)
    );
  }

  get #closed(): number {
    let closed = 0;
    for (const evidence of this.#accusers.values()) if (evidence === 'closed') closed++;
    return closed;
  }
}
