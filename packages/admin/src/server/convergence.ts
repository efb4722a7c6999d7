import type { Clock, Origin } from '@hearsay/spi';
import type { MemberAsker } from '../member-asker.js';
import type { QuestionOf } from '../member-questions.js';
import type { Drop } from '../port.js';

const SAMPLE_EVERY_MS = 1_000;
const MEMBERS_A_SAMPLE_MAX = 8;
const GIVE_UP_MS = 10_000;

/**
 * Samples how soon what is committed here is applied elsewhere: one write a second at most, and for
 * each a few members, which are asked to answer once they have applied it. The answer's way back
 * counts too, so that one clock is enough.
 */
export class ConvergenceSampler {
  readonly #clock: Clock;
  readonly #asker: MemberAsker;
  readonly #observe: (ms: number | 'not-in-time') => void;
  #isSampling = false;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, asker: MemberAsker, observe: (ms: number | 'not-in-time') => void) {
    this.#clock = clock;
    this.#asker = asker;
    this.#observe = observe;
  }

  /** @param drop one that has just been applied here */
  applied({ scope, via, place }: Drop): void {
    const nowMs = this.#clock.monotonicMs();
    if (via !== 'local' || place?.logId === undefined) return;
    if (this.#isSampling || nowMs < this.#lastMs + SAMPLE_EVERY_MS) return;
    const members = someOf(this.#asker.others());
    if (members.length === 0) return;
    this.#isSampling = true;
    this.#lastMs = nowMs;
    const { logId, version } = place;
    const question = { kind: 'applied', logId, scope, version, waitMs: GIVE_UP_MS } as const;
    const asked = members.map((member) => this.#ask(member, question, nowMs));
    void Promise.all(asked).finally(() => {
      this.#isSampling = false;
    });
  }

  async #ask(member: Origin, question: QuestionOf<'applied'>, beganMs: number): Promise<void> {
    const { answer } = await this.#asker.ask<'applied'>(member, question, GIVE_UP_MS);
    if (answer?.applied === 'yes') this.#observe(this.#clock.monotonicMs() - beganMs);
    else if (answer?.applied === 'not-in-time') this.#observe('not-in-time');
  }
}

/** A random few, so that a large cluster is not asked as a whole. */
function someOf(members: readonly Origin[]): readonly Origin[] {
  if (members.length <= MEMBERS_A_SAMPLE_MAX) return members;
  const start = Math.floor(Math.random() * members.length);
  return Array.from(
    { length: MEMBERS_A_SAMPLE_MAX },
    (_, index) => members[(start + index) % members.length] as Origin,
  );
}
