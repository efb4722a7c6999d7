import { covers } from '@hearsay/spi';
import type { Departure } from '../demo/oracle.ts';
import { tagsOf } from './keys.ts';
import type { JournalEntry } from './report.ts';
import { takeWhile } from './take-while.ts';

/** A question of a revoker that a node gets to so late, after it was frozen, may still drop something. */
const REVOKING_US_MAX = 30_000_000;

/** What is announced of rows without a place in the log that a node could have passed. */
type Named = JournalEntry & readonly ['hint' | 'revoking', ...unknown[]];

/** What explains a drop that the log does not. */
export class Excuses {
  readonly #hints: Named[] = [];
  /** What revokers ask to drop. */
  readonly #revoking: Named[] = [];

  /** From the journal of any node. */
  heard(entry: JournalEntry): void {
    if (entry[0] === 'hint') this.#hints.push(entry);
    if (entry[0] === 'revoking') this.#revoking.push(entry);
  }

  /** Everything that happened before this time has been judged. */
  forget(judgedUs: number): void {
    takeWhile(this.#revoking, ([, beganUs]) => beganUs < judgedUs - 2 * REVOKING_US_MAX);
  }

  explain(departure: Departure): boolean {
    return this.#isHinted(departure) || this.#isRevoked(departure);
  }

  /** Whether it may have gone by a write of which nobody knows whether it is committed (rule L2). */
  #isHinted({ scope, key, us }: Departure): boolean {
    return this.#hints.some((hint) => hint[1] <= us && names(hint, scope, key));
  }

  /** Whether it may have gone by a question of a revoker, who does not care what was applied before (rule S3). */
  #isRevoked({ scope, key, us }: Departure): boolean {
    return this.#revoking.some(
      (one) => one[1] <= us && us <= one[1] + REVOKING_US_MAX && names(one, scope, key),
    );
  }
}

function names([, , named, name, kind]: Named, scope: string, key: string): boolean {
  return named === scope && covers({ kind, key: name }, key, tagsOf(key));
}
