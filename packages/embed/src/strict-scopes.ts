import { boundMsOf, type Consistency } from '@hearsay/cache';
import {
  type LogLife,
  Readiness,
  type ResetReason,
  type RevocationOutcome,
  type StrictScopeStatus,
  type UnreadyReason,
} from '@hearsay/protocol';
import {
  type Announcement,
  ConfigInvalidError,
  type PollAnswer,
  type Scope,
  type ScopeFreshness,
} from '@hearsay/spi';
import type { FreshnessDriver, FreshnessObserver } from './freshness-driver.js';
import { LeaseDriver } from './lease-driver.js';
import type { Parts } from './parts.js';
import { answerRevokers } from './revoke-questions.js';
import { Revoker } from './revoker.js';

export interface StrictCounters {
  leases: number;
  leasesFailed: number;
  revocations: number;
  /** Revocations in which somebody did not acknowledge. */
  revocationsWaitedOut: number;
  /** Questions of revokers that could not be answered. */
  revokeQuestionsRefused: number;
}

/**
 * What the scopes of a node promise beyond `eventual`: strict ones by leases and revocations, and all of
 * them by readiness. Follows what the freshness driver sees of the log.
 */
export class StrictScopes implements FreshnessObserver {
  readonly #parts: Parts;
  readonly #freshness: () => FreshnessDriver;
  readonly #readiness = new Readiness();
  readonly #leases: LeaseDriver | undefined;
  readonly #revoker: Revoker | undefined;
  readonly #counters = { revocations: 0, revocationsWaitedOut: 0, revokeQuestionsRefused: 0 };
  readonly #withdraw: () => void;
  #log: LogLife | undefined;

  /** @param freshness not called before this is made */
  constructor(parts: Parts, freshness: () => FreshnessDriver) {
    this.#parts = parts;
    this.#freshness = freshness;
    const { self, clock, logger, transport } = parts;
    const leases = parts.log?.leases;
    const asking = transport?.asking;
    this.#leases =
      leases &&
      new LeaseDriver({
        self,
        leases,
        clock,
        logger,
        demand: (scope, sinceMs) => freshness().demand(scope, sinceMs),
        unsentSinceMs: () => freshness().unsentSinceMs(),
      });
    this.#revoker = leases && new Revoker({ self, leases, asking, clock, logger });
    const drop = (announcements: readonly Announcement[]) => {
      freshness().revoked(announcements);
      return this.#log;
    };
    const refused = () => {
      this.#counters.revokeQuestionsRefused++;
    };
    this.#withdraw = (leases && asking && answerRevokers(asking, drop, refused)) ?? (() => {});
  }

  /**
   * @returns what a cache of this scope and consistency asks
   * @throws {ConfigInvalidError} this node has no log, or one without a lease table
   */
  use(scope: Scope, consistency: Consistency): ScopeFreshness {
    const boundMs = boundMsOf(consistency);
    if (consistency === 'eventual') return this.#freshness().use(scope);
    const isStrict = 'strict' in consistency;
    if (!this.#parts.log)
      throw new ConfigInvalidError(
        `scope ${scope}: ${isStrict ? 'strict' : 'bounded'} consistency needs the log option`,
      );
    if (!isStrict) {
      this.#readiness.bounded(scope, boundMs);
      return this.#freshness().use(scope, boundMs);
    }
    const { leaseMs } = consistency.strict;
    if (leaseMs > 0 && !this.#leases) throw withoutLeases();
    const used = this.#freshness().use(scope);
    const prove = () => this.#freshness().proveAnew(scope);
    return { ...used, right: { holds: this.#rightOf(scope, leaseMs), prove } };
  }

  /**
   * To be called when COMMIT was answered, and what it says is dropped here.
   * @returns when nobody serves any more what it revoked (rule S2)
   * @throws {ConfigInvalidError} the log has no lease table
   * @throws {NodeClosedError}
   */
  async settle(announcements: readonly Announcement[]): Promise<RevocationOutcome> {
    const logId = announcements[0]?.place?.logId;
    if (!this.#revoker || logId === undefined) throw withoutLeases();
    this.#counters.revocations++;
    const outcome = await this.#revoker.settle(logId, announcements);
    if (outcome.waitedOut.length > 0) this.#counters.revocationsWaitedOut++;
    return outcome;
  }

  /** @throws {ConfigInvalidError} nothing can be revoked here */
  checkRevokes(): void {
    if (!this.#revoker) throw withoutLeases();
  }

  pollSent(): void {
    this.#readiness.polled(this.#parts.clock.monotonicMs());
  }

  pollEnded(answer: PollAnswer | undefined): void {
    this.#readiness.pollEnded(answer !== undefined);
    if (answer === undefined) return;
    this.#log = { logId: answer.logId, incarnation: answer.incarnation };
    this.#revoker?.logRead(this.#log);
    this.#leases?.logRead(this.#log);
  }

  proved(scope: Scope, freshAsOfMs: number): void {
    this.#leases?.proved(scope, freshAsOfMs);
  }

  /** Lost commits may have been leases too, whatever the database says of its life (rule S4). */
  reset(reason: ResetReason): void {
    if (reason === 'chain-broken') this.#revoker?.doubt();
  }

  statuses(): StrictScopeStatus[] {
    return this.#leases?.statuses() ?? [];
  }

  /** @returns why this node should get no more traffic than it has; nothing when it is ready */
  unready(): UnreadyReason[] {
    const nowMs = this.#parts.clock.monotonicMs();
    const freshness = this.#freshness();
    return this.#readiness.judge({
      nowMs,
      freshForMs: (scope) => nowMs - freshness.freshAsOfMs(scope),
      behind: (scope) => freshness.behind(scope),
      rightForMs: (scope) => this.#leases?.rightForMs(scope) ?? 0,
    });
  }

  counters(): StrictCounters {
    const { leases = 0, leasesFailed = 0 } = this.#leases?.counters ?? {};
    return { leases, leasesFailed, ...this.#counters };
  }

  /** No right holds from the call on; then the lease row goes (rule S5). */
  async stop(): Promise<void> {
    this.#revoker?.stop();
    await this.#leases?.stop();
    this.#withdraw();
  }

  #rightOf(scope: Scope, leaseMs: number): (nowMs: number) => boolean {
    if (leaseMs === 0) this.#readiness.bounded(scope, 0);
    if (leaseMs === 0 || !this.#leases) return () => false;
    this.#readiness.strict(scope, leaseMs);
    this.#revoker?.remember(leaseMs);
    return this.#leases.use(scope, leaseMs);
  }
}

function withoutLeases(): ConfigInvalidError {
  return new ConfigInvalidError(
    "strict scopes and revocations need the log option, and a log that has a lease table: one of PostgreSQL in mode 'xid8' has none",
  );
}
