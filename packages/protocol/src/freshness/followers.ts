import type { ChainHead, PollAnswer, Scope, ScopeStatus } from '@hearsay/spi';
import type { Comparison } from './chain.js';
import type { FreshnessEffect, ResetReason } from './effect.js';
import { ScopesTooManyError } from './errors.js';
import type { LogLife } from './lease-machine.js';
import type { FreshnessOptions } from './options.js';
import { type Arrival, type Arrived, ScopeFollower, type SentPoll } from './scope-follower.js';

/** All scopes in use, in the order of their first use. */
export class Followers {
  readonly #options: Required<FreshnessOptions>;
  readonly #followers = new Map<Scope, ScopeFollower>();

  constructor(options: Required<FreshnessOptions>) {
    this.#options = options;
  }

  get size(): number {
    return this.#followers.size;
  }

  /** The latest T as of which every scope is proven; `Infinity` where there is none. */
  get freshAsOfMs(): number {
    return this.#least(({ freshAsOfMs }) => freshAsOfMs);
  }

  /** Nothing is cached here that the poll of this id did not show or that was not dropped since. */
  get provenPollId(): number {
    return this.#least(({ provenPollId }) => provenPollId);
  }

  [Symbol.iterator](): IterableIterator<ScopeFollower> {
    return this.#followers.values();
  }

  get(scope: Scope): ScopeFollower | undefined {
    return this.#followers.get(scope);
  }

  /**
   * @returns whether this is its first use
   * @throws {ScopesTooManyError} nothing changed
   */
  use(scope: Scope, lastPollId: number): boolean {
    const { scopesMax } = this.#options;
    if (this.#followers.has(scope)) return false;
    if (this.#followers.size >= scopesMax)
      throw new ScopesTooManyError(
        `scope ${scope} is one too many: raise scopesMax above ${scopesMax} or use fewer scopes`,
      );
    this.#followers.set(scope, new ScopeFollower(scope, this.#options, lastPollId));
    return true;
  }

  /** Per scope the head applied here. */
  positions(): Map<Scope, ChainHead | undefined> {
    return new Map([...this.#followers].map(([scope, { applied }]) => [scope, applied]));
  }

  statuses(nowMs: number): ScopeStatus[] {
    return [...this.#followers.values()].map((follower) => follower.status(nowMs));
  }

  drop(reason: ResetReason, effects: FreshnessEffect[]): void {
    for (const follower of this.#followers.values()) follower.drop(reason, effects);
  }

  /** @returns what the parts of a batch did, each in its scope */
  arrived(arrival: Arrival, effects: FreshnessEffect[]): Set<Arrived> {
    const all = new Set<Arrived>();
    for (const [scope, announcements] of Map.groupBy(arrival.announcements, ({ scope }) => scope)) {
      const arrived = this.get(scope)?.arrived({ ...arrival, announcements }, effects);
      if (arrived !== undefined) all.add(arrived);
    }
    return all;
  }

  /**
   * Takes the answer to an own poll.
   * @param before whose the last answer was; of another log, every scope that stood in it begins anew
   * @returns whether another poll has to go on at once
   */
  read(
    answer: PollAnswer,
    poll: SentPoll,
    before: LogLife | undefined,
    effects: FreshnessEffect[],
  ): boolean {
    // Versions of different logs never compare (rule L8).
    const isReplaced = before !== undefined && before.logId !== answer.logId;
    const isNewLife = before !== undefined && before.incarnation !== answer.incarnation;
    const readings = new Map(answer.readings.map((reading) => [reading.scope, reading]));
    let again = false;
    for (const [scope, asked] of poll.positions) {
      const follower = this.get(scope);
      const reading = readings.get(scope);
      if (isReplaced && asked !== undefined)
        follower?.restart('log-changed', reading, poll, effects);
      else if (follower?.read(reading, poll, isNewLife, effects)) again = true;
    }
    return again;
  }

  /**
   * Compares all scopes of a question with what another node has read.
   * @returns how each stands whose counter was read
   */
  compare(
    heads: ReadonlyMap<Scope, ChainHead>,
    ask: SentPoll,
    effects: FreshnessEffect[],
  ): {
    readonly scope: Scope;
    readonly head: ChainHead | undefined;
    readonly comparison: Comparison | undefined;
  }[] {
    return [...ask.positions.keys()].map((scope) => {
      const head = heads.get(scope);
      return { scope, head, comparison: this.get(scope)?.compare(head, ask, effects) };
    });
  }

  #least(of: (follower: ScopeFollower) => number): number {
    let least = Number.POSITIVE_INFINITY;
    for (const follower of this.#followers.values()) least = Math.min(least, of(follower));
    return least;
  }
}
