import { type Epoch, type NodeName, type Origin, sameOrigin } from '@hearsay/spi';
import type { Member } from './member.js';

interface Contest {
  /** Which lives answered since the contest began. */
  readonly answered: Set<Epoch>;
  /** How many had answered when it was last reported. */
  reported: number;
}

/**
 * Names with more than one living process. Nearly always one is a restart and the other is gone
 * without having been missed yet; epochs do not tell which (rule M4), so all are asked. Two that
 * answer are an error of whoever started them (rule S5).
 */
export class Contests {
  readonly #self: Origin;
  readonly #contests = new Map<NodeName, Contest>();

  constructor(self: Origin) {
    this.#self = self;
  }

  get size(): number {
    return this.#contests.size;
  }

  /** @returns whether the name is contested now, so that its lives are to be probed */
  opened(node: NodeName, lives: readonly Member[]): boolean {
    if (lives.length < 2) return false;
    if (!this.#contests.has(node)) this.#contests.set(node, { answered: new Set(), reported: 1 });
    return true;
  }

  /** A life of the name is gone. */
  settled(node: NodeName, lives: readonly Member[]): void {
    if (lives.length < 2) this.#contests.delete(node);
  }

  isOpen(node: NodeName): boolean {
    return this.#contests.has(node);
  }

  /** @returns the epochs that are certainly alive, when that is news and more than one */
  answered(origin: Origin, lives: readonly Member[]): readonly Epoch[] {
    const contest = this.#contests.get(origin.node);
    if (!contest) return [];
    contest.answered.add(origin.epoch);
    const proven = lives.filter((life) => this.#isProven(life.origin, contest));
    if (proven.length <= contest.reported) return [];
    contest.reported = proven.length;
    return proven.map((life) => life.origin.epoch);
  }

  /** @returns whether another life of its name is certainly alive */
  isReplaced(origin: Origin, lives: readonly Member[]): boolean {
    const contest = this.#contests.get(origin.node);
    if (!contest) return false;
    return lives.some(
      (life) => !sameOrigin(life.origin, origin) && this.#isProven(life.origin, contest),
    );
  }

  #isProven(life: Origin, contest: Contest): boolean {
    return sameOrigin(life, this.#self) || contest.answered.has(life.epoch);
  }
}
