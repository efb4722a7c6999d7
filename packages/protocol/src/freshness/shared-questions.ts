import type { ChainHead, PollAnswer, Scope } from '@hearsay/spi';
import { countersOf, SHARING_LIMITS } from './counter-reading.js';
import type { FreshnessEffect } from './effect.js';

interface Question {
  readonly questionId: number;
  readonly scopes: readonly Scope[];
}

/**
 * The questions of other nodes for this node's counters (rule F6). They wait for the next poll and
 * leave with it: one that was sent before they came says nothing to them.
 */
export class SharedQuestions {
  #waiting: Question[] = [];
  #asked: Question[] = [];
  readonly #scopes = new Set<Scope>();

  /** @returns `false`, and nothing is kept, when too many wait or they name too many scopes */
  add(questionId: number, scopes: readonly Scope[]): boolean {
    if (this.#waiting.length >= SHARING_LIMITS.questionsMax) return false;
    const named = new Set([...this.#scopes, ...scopes]);
    if (named.size > SHARING_LIMITS.scopesMax) return false;
    for (const scope of scopes) this.#scopes.add(scope);
    this.#waiting.push({ questionId, scopes });
    return true;
  }

  /**
   * A poll leaves now, and answers those that wait.
   * @param positions gets the scopes that only they name
   * @returns whether any wait
   */
  send(positions: Map<Scope, ChainHead | undefined>): boolean {
    for (const scope of this.#scopes) if (!positions.has(scope)) positions.set(scope, undefined);
    this.#scopes.clear();
    this.#asked = this.#waiting;
    this.#waiting = [];
    return this.#asked.length > 0;
  }

  answered(answer: PollAnswer, effects: FreshnessEffect[]): void {
    for (const { questionId, scopes } of this.#asked)
      effects.push({ kind: 'tell-counters', questionId, reading: countersOf(answer, scopes) });
    this.#asked = [];
  }

  failed(effects: FreshnessEffect[]): void {
    for (const { questionId } of this.#asked) effects.push({ kind: 'tell-nothing', questionId });
    this.#asked = [];
  }
}
