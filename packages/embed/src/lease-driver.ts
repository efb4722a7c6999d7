import { setTimeout as sleep } from 'node:timers/promises';
import {
  type LeaseInput,
  LeaseMachine,
  type LogLife,
  type StrictScopeStatus,
} from '@hearsay/protocol';
import type {
  Clock,
  LeaseRow,
  LeaseStore,
  Logger,
  Origin,
  Scope,
  ServingRight,
} from '@hearsay/spi';

/** How long a leaver waits for a registration that is on its way. */
const LEAVE_MS = 1000;

export interface LeaseDriverOptions {
  readonly self: Origin;
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Has the scope proven by a read of the counters that is sent at this time or later. */
  readonly demand: (scope: Scope, sinceMs: number) => void;
  /** The least send time of a read of the counters that is not sent yet. */
  readonly unsentSinceMs: () => number;
}

/** Drives the holder's side of strict scopes: registers in the lease table, keeps the machine's time. */
export class LeaseDriver {
  readonly counters = { leases: 0, leasesFailed: 0 };
  readonly #options: LeaseDriverOptions;
  readonly #machine: LeaseMachine;
  #committing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LeaseDriverOptions) {
    this.#options = options;
    this.#machine = new LeaseMachine(options.self);
  }

  /** @returns whether the scope may be served from memory at a moment; both clocks are read each time */
  use(scope: Scope, leaseMs: number): ServingRight['holds'] {
    this.#handle({ kind: 'use-scope', scope, leaseMs });
    const right = this.#machine.right(scope);
    const { clock } = this.#options;
    return (nowMs) => right?.holds(nowMs, clock.wallMs()) ?? false;
  }

  /** To be told before anything is proven by the answer that said so. */
  logRead(log: LogLife): void {
    this.#handle({ kind: 'log-read', log });
  }

  proved(scope: Scope, freshAsOfMs: number): void {
    this.#handle({ kind: 'proved', scope, freshAsOfMs });
  }

  /** 0 also where the clocks have parted since: it is not held then, and is about to be taken anew (rule F3). */
  rightForMs(scope: Scope): number {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const right = this.#machine.right(scope);
    return right?.holds(nowMs, clock.wallMs()) ? right.leftMs(nowMs) : 0;
  }

  statuses(): StrictScopeStatus[] {
    return this.#machine.statuses(this.#options.clock.monotonicMs());
  }

  /** Ends all rights at once, then takes the rows away (rule S5). Never rejects. */
  async stop(): Promise<void> {
    const { leases, clock, logger } = this.#options;
    const effects = this.#machine.handle({ kind: 'stop' }, clock.monotonicMs());
    clearTimeout(this.#timer);
    await Promise.race([this.#committing, sleep(LEAVE_MS, undefined, { ref: false })]);
    for (const effect of effects) {
      if (effect.kind !== 'remove-leases') continue;
      await leases.removeLeases(effect.rows).catch((error: unknown) => {
        logger.debug(
          { err: error },
          'a lease row was left behind; the next revocation waits for it',
        );
      });
    }
  }

  #handle(input: LeaseInput): void {
    const { clock, demand } = this.#options;
    for (const effect of this.#machine.handle(input, clock.monotonicMs())) {
      if (effect.kind === 'commit-lease') this.#committing = this.#commit(effect.row);
      if (effect.kind === 'demand') demand(effect.scope, effect.sinceMs);
    }
    this.#arm();
  }

  async #commit(row: LeaseRow): Promise<void> {
    const { leases, logger, unsentSinceMs } = this.#options;
    const { leaseSeq } = row;
    try {
      await leases.commitLease(row);
      this.counters.leases++;
      this.#handle({ kind: 'lease-committed', leaseSeq, readableFromMs: unsentSinceMs() });
    } catch (error) {
      this.counters.leasesFailed++;
      logger.debug({ err: error }, 'a lease could not be registered');
      this.#handle({ kind: 'lease-failed', leaseSeq });
    }
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const dueMs = this.#machine.nextDueMs();
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    const tick = (): void =>
      this.#handle({ kind: 'tick', wallMs: clock.wallMs(), random: Math.random() });
    this.#timer = setTimeout(tick, Math.max(1, dueMs - clock.monotonicMs()));
  }
}
