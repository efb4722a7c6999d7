import {
  type Announcement,
  invalidationOf,
  type Origin,
  type PollAnswer,
  type PollRequest,
  type Scope,
} from '@hearsay/spi';
import { InMemoryVersionLog, type SeededRandom } from '@hearsay/testkit';

/** One write, as the oracle remembers it. */
export interface Commit {
  readonly scope: Scope;
  /** No two have the same. */
  readonly key: string;
  readonly atMs: number;
  lost: boolean;
}

/** The version log of a simulated cluster. It counts how often it is read, and knows all that was committed. */
export class SimulatedLog {
  readonly commits: Commit[] = [];
  /** How long an answer is on its way, at most. */
  answerMsMax = 6;
  /** When each poll arrived. */
  readonly polledMs: number[] = [];
  readonly #log: InMemoryVersionLog;
  #reachable = true;

  constructor(random: SeededRandom) {
    const digit = () => Math.floor(random.next() * 16).toString(16);
    this.#log = new InMemoryVersionLog((digits) => Array.from({ length: digits }, digit).join(''));
  }

  /** @returns `undefined` while it is out of reach */
  poll(request: PollRequest, nowMs: number): PollAnswer | undefined {
    this.polledMs.push(nowMs);
    return this.#reachable ? this.#log.read(request) : undefined;
  }

  commit(scope: Scope, origin: Origin, nowMs: number): readonly Announcement[] {
    const key = `k${this.commits.length}`;
    this.commits.push({ scope, key, atMs: nowMs, lost: false });
    return this.#log.append([invalidationOf(scope, { key })], origin).announcements;
  }

  /** Another primary takes over that never saw the newest commits of a scope. */
  failOver(scope: Scope, count: number): void {
    const left = this.commits.filter((commit) => commit.scope === scope && !commit.lost);
    for (const commit of left.slice(left.length - count)) commit.lost = true;
    this.#log.loseLast(scope, count);
    this.#log.restart();
  }

  /** The database starts anew and has lost nothing. */
  restart(): void {
    this.#log.restart();
  }

  setReachable(reachable: boolean): void {
    this.#reachable = reachable;
  }
}
