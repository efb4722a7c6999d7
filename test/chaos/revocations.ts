import type { History } from '../demo/history.ts';
import type { ObservedRead } from '../demo/oracle.ts';
import { seconds, type Violation } from './violation.ts';

/** Invariant C: no read that is invoked after a revocation has returned yields what it revoked. */
export class Revocations {
  readonly #history: History;
  readonly #returnedUs = new Map<string, number>();

  constructor(history: History) {
    this.#history = history;
  }

  /** Whoever asked for the revocation of all that this write changed was told so at this time. */
  returned(writeId: string, us: number): void {
    this.#returnedUs.set(writeId, us);
  }

  /** @returns when the revocation of what the write changed had returned; `undefined` where nobody was told */
  returnedUsOf(writeId: string): number | undefined {
    return this.#returnedUs.get(writeId);
  }

  judge(read: ObservedRead): readonly Violation[] {
    const { node, scope, key, revision, invokedUs } = read;
    const revisions = this.#history.revisionsOf(scope, key);
    // Revisions count from 1, so the successor of this one stands where its own number says.
    for (let index = revision; index < revisions.length; index++) {
      const { revision: revoking = 0, writeId = '' } = revisions[index] ?? {};
      const returnedUs = this.#returnedUs.get(writeId) ?? Number.POSITIVE_INFINITY;
      if (returnedUs >= invokedUs) continue;
      const beforeMs = ((invokedUs - returnedUs) / 1000).toFixed(1);
      const what = `${scope} ${key} at ${seconds(invokedUs)}: revision ${revision}, but the revocation by ${revoking} had returned ${beforeMs} ms before`;
      return [{ invariant: 'C', node, atUs: invokedUs, what }];
    }
    return [];
  }
}
