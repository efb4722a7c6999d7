import { parseToken } from '@hearsay/spi';
import { History } from '../demo/history.ts';
import { Invalidations } from '../demo/invalidations.ts';
import { KEYS } from './keys.ts';
import { type Ack, writeIdOf } from './report.ts';
import { SCOPE_NAMES } from './scopes.ts';
import type { Committed, LoggedInvalidation } from './service-database.ts';
import { ill, type Violation } from './violation.ts';

/** What was committed, and when: put together from what the database holds and what writers were told. */
export class Truth {
  readonly history = new History();
  readonly invalidations = new Invalidations();
  /** Scopes whose log has a gap. */
  readonly #torn = new Set<string>();
  /** Beginnings of writes whose rows of the log are not read yet. */
  #began: { readonly scope: string; readonly version: number; readonly beganUs: number }[] = [];

  constructor() {
    for (const scope of SCOPE_NAMES) for (const key of KEYS) this.history.seed(scope, key);
  }

  acknowledged({ write, beganUs, ackUs, token }: Ack): void {
    this.#heard(writeIdOf(write), ackUs);
    for (const { scope, version } of parseToken(token))
      this.#began.push({ scope, version, beganUs });
  }

  /**
   * @param readUs a moment after the reading: all of it is committed by then
   * @returns what is wrong with the log
   */
  committed({ revisions, invalidations }: Committed, readUs: number): readonly Violation[] {
    for (const { write, ...revision } of revisions) {
      const writeId = writeIdOf(write);
      this.history.committed({ ...revision, write_id: writeId });
      // Whoever wrote it may be dead or frozen: then the observer is the first to hear of it.
      this.#heard(writeId, readUs);
    }
    const violations = invalidations.flatMap((row) => this.#logged(row) ?? []);
    this.#began = this.#began.filter(({ scope, version, beganUs }) => {
      this.invalidations.began(scope, version, beganUs);
      return version > this.invalidations.newest(scope);
    });
    return violations;
  }

  /** The first who heard of it counts. */
  #heard(writeId: string, us: number): void {
    const ackUs = this.history.ackOf(writeId);
    if (ackUs === undefined || us < ackUs) this.history.acknowledged(writeId, us);
  }

  /** Versions are the order of commits: a gap that shows, even for a moment, is a late commit (L1). */
  #logged({ scope, version, kind, key }: LoggedInvalidation): Violation | undefined {
    if (this.#torn.has(scope)) return undefined;
    const newest = this.invalidations.newest(scope);
    if (version === newest + 1) {
      this.invalidations.committed(scope, version, { kind, key });
      return undefined;
    }
    this.#torn.add(scope);
    return ill('the log', `the log of ${scope} goes from version ${newest} to ${version}`, 0);
  }
}
