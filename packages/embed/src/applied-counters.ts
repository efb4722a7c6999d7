import type { ResetReason } from '@hearsay/protocol';
import type { Via } from './freshness-driver.js';
import type { HearsayCounters } from './node-status.js';

const APPLIED_BY = {
  gossip: 'appliedByGossip',
  log: 'appliedByLog',
  local: 'appliedLocally',
} as const;

type Counter = (typeof APPLIED_BY)[Via] | 'resets' | 'resetsByClockJump';

/** What was applied here, by the way that it came. */
export class AppliedCounters {
  readonly #counters: Record<Counter, number> = {
    ...{ appliedByGossip: 0, appliedByLog: 0, appliedLocally: 0 },
    ...{ resets: 0, resetsByClockJump: 0 },
  };

  applied(count: number, via: Via): void {
    this.#counters[APPLIED_BY[via]] += count;
  }

  reset(reason: ResetReason): void {
    this.#counters.resets++;
    if (reason === 'clock-jump') this.#counters.resetsByClockJump++;
  }

  read(): Pick<HearsayCounters, Counter> {
    return { ...this.#counters };
  }
}
