import type { Scope } from '@hearsay/spi';
import { LEASE_TERMS } from './lease-terms.js';

/** A proof that has used up this share of its bound, while the log does not answer, is a warning. */
const BOUND_SHARE = 0.75;
/** A right with less than this share of it left should have been renewed long ago. */
const RIGHT_SHARE = 0.25;
/** A log that owes an answer for longer does not answer. */
const SILENT_MS = 50;

/**
 * - `unread`: the log was not read yet, or no right was had yet
 * - `proof-old`: bounded reads are about to be loads, or refusals, and the log is out of reach or not read to its end
 * - `right-expiring`: the right to serve a strict scope is not renewed
 */
export type UnreadyKind = 'unread' | 'proof-old' | 'right-expiring';

/** Why a node should get no more traffic than it has. */
export interface UnreadyReason {
  readonly scope: Scope;
  readonly kind: UnreadyKind;
  /** One line, for people. */
  readonly message: string;
}

/** What a node knows of itself now. Ages and spans in milliseconds. */
export interface ReadinessFacts {
  readonly nowMs: number;
  /** Age of the scope's proof; `Infinity` when unproven. */
  readonly freshForMs: (scope: Scope) => number;
  /** How many versions that the log has shown are still to be read from it. */
  readonly behind: (scope: Scope) => number;
  /** How long the right to serve the scope still lasts. */
  readonly rightForMs: (scope: Scope) => number;
}

/**
 * Whether a node can keep its promises a little longer (invariant H): it degrades before a bound
 * breaks, and never for being isolated or alone (rule M2). Eventual scopes promise nothing that could break.
 */
export class Readiness {
  readonly #boundsMs = new Map<Scope, number>();
  readonly #leasesMs = new Map<Scope, number>();
  #failed = false;
  #silentSinceMs = Number.POSITIVE_INFINITY;

  /** @param boundMs of several the smallest counts; 0 also for a strict scope that polls on every read */
  bounded(scope: Scope, boundMs: number): void {
    this.#boundsMs.set(scope, Math.min(boundMs, this.#boundsMs.get(scope) ?? boundMs));
  }

  /** @param leaseMs of several the smallest counts; above 0 */
  strict(scope: Scope, leaseMs: number): void {
    this.#leasesMs.set(scope, Math.min(leaseMs, this.#leasesMs.get(scope) ?? leaseMs));
  }

  /** A poll of the log was sent. */
  polled(nowMs: number): void {
    this.#silentSinceMs = Math.min(this.#silentSinceMs, nowMs);
  }

  /** The poll was answered, or failed. */
  pollEnded(answered: boolean): void {
    this.#failed = !answered;
    if (answered) this.#silentSinceMs = Number.POSITIVE_INFINITY;
  }

  /** @returns nothing when the node is ready */
  judge(facts: ReadinessFacts): UnreadyReason[] {
    const answers = !this.#failed && facts.nowMs - this.#silentSinceMs <= SILENT_MS;
    const bounded = [...this.#boundsMs].map(([scope, boundMs]) =>
      judgeBounded(scope, boundMs, facts, answers),
    );
    const strict = [...this.#leasesMs].map(([scope, leaseMs]) =>
      judgeStrict(scope, leaseMs, facts),
    );
    return [...bounded, ...strict].filter((reason) => reason !== undefined);
  }
}

function judgeBounded(
  scope: Scope,
  boundMs: number,
  facts: ReadinessFacts,
  answers: boolean,
): UnreadyReason | undefined {
  const [ageMs, behind] = [facts.freshForMs(scope), facts.behind(scope)];
  if (ageMs === Number.POSITIVE_INFINITY) return unread(scope);
  // A bound below the interval of polls is met by polls on demand: its age alone says nothing. But an
  // answer with rows yet to come proves nothing.
  if ((answers && behind === 0) || ageMs <= BOUND_SHARE * boundMs) return undefined;
  const why = answers
    ? `${behind} versions are still to be read from the version log`
    : 'the version log does not answer';
  const message = `scope ${scope}: its proof is ${Math.round(ageMs)} ms old of ${boundMs} ms, and ${why}`;
  return { scope, kind: 'proof-old', message };
}

function judgeStrict(
  scope: Scope,
  leaseMs: number,
  facts: ReadinessFacts,
): UnreadyReason | undefined {
  const leftMs = facts.rightForMs(scope);
  if (leftMs > RIGHT_SHARE * LEASE_TERMS.rightShare * leaseMs) return undefined;
  if (facts.freshForMs(scope) === Number.POSITIVE_INFINITY) return unread(scope);
  const message = `scope ${scope}: the right to serve from memory ends in ${Math.round(leftMs)} ms and is not renewed`;
  return { scope, kind: 'right-expiring', message };
}

function unread(scope: Scope): UnreadyReason {
  return { scope, kind: 'unread', message: `scope ${scope}: the version log was not read yet` };
}
