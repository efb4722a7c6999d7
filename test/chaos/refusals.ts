/** What a node may refuse, and when. */
import type { Disturbances } from './disturbances.ts';
import type { Refusal } from './report.ts';
import { ill, seconds, type Violation } from './violation.ts';

/** A node that stood in line for a processor for so long may have had no answer of the log in time. */
const WAITED_MS_MIN = 500;

/** What a node may refuse to do while it is disturbed, or its database is. */
const REFUSALS: readonly string[] = [
  'HEARSAY_COMMIT_UNCERTAIN',
  'HEARSAY_LOG_UNAVAILABLE',
  'HEARSAY_STALE_REFUSED',
  'HEARSAY_STRICT_REFUSED',
  'HEARSAY_TOKEN_NOT_REACHED',
  'HEARSAY_TRANSACTION_ROLLED_BACK',
  'HEARSAY_WRITE_CONTENDED',
];

/** @returns whether faults can lead to it; errors that are not Hearsay's are the database's or the kernel's */
export function isExplicable(code: string): boolean {
  return !code.startsWith('HEARSAY_') || REFUSALS.includes(code);
}

/** A strict read: it must have had to be refused, and the node have said before that it is not ready (invariant H). */
export function judgeRefusal(
  node: string,
  [invokedUs, respondedUs, wasReady, waitedMs]: Refusal,
  disturbances: Disturbances,
): readonly Violation[] {
  const violations: Violation[] = [];
  const at = `a read at ${seconds(invokedUs)} was refused at ${seconds(respondedUs)}`;
  const couldRun = waitedMs < WAITED_MS_MIN;
  if (couldRun && !disturbances.explain(node, invokedUs, respondedUs))
    violations.push(ill(node, `${at}, which no fault explains`, invokedUs));
  if (wasReady === 1) {
    const what = `${at}, though the node was ready`;
    violations.push({ invariant: 'H', node, atUs: invokedUs, what });
  }
  return violations;
}
