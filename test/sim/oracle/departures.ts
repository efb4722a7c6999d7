import type { CacheStats } from '@hearsay/cache';
import type { FreshnessEffect, ResetReason } from '@hearsay/protocol';
import type { Invalidation } from '@hearsay/spi';
import type { Accuse } from './violation.ts';

type Effect<Kind extends FreshnessEffect['kind']> = Extract<FreshnessEffect, { kind: Kind }>;

interface Process {
  readonly name: string;
  readonly follows: boolean;
}

/**
 * I: nothing is dropped but by an invalidation that somebody issued, or by a reset that something
 * caused. A cache that drops too much would satisfy all other invariants.
 */
export class Departures {
  readonly #accuse: Accuse;
  readonly #issued = new Set<string>();
  readonly #causes = new Set<string>();
  readonly #used = new Set<string>();
  readonly resets: Partial<Record<ResetReason, number>> = {};

  constructor(accuse: Accuse) {
    this.#accuse = accuse;
  }

  issued(invalidation: Invalidation): void {
    this.#issued.add(idOf(invalidation));
  }

  /** @param where the scope, or the name of the process, that has a reason to be reset from now on */
  caused(reason: ResetReason, where: string): void {
    this.#causes.add(`${reason} ${where}`);
  }

  applied({ name }: Process, { scope, targets }: Effect<'apply'>): void {
    for (const target of targets)
      if (!this.#issued.has(idOf({ scope, target })))
        this.#accuse('I', name, `applied ${target.kind} ${target.key}, which nobody invalidated`);
  }

  reset({ name, follows }: Process, { scope, reason }: Effect<'reset'>): void {
    this.resets[reason] = (this.resets[reason] ?? 0) + 1;
    if (!this.#isCaused(reason, name, scope, follows))
      this.#accuse('I', name, `reset ${scope} for no reason: ${reason}`);
  }

  /** Every fill that was kept is still there, or is counted as gone. */
  counted({ name }: Process, stats: CacheStats): void {
    const { entries, invalidated, deleted, expired, evicted, replaced, cleared } = stats;
    const known = entries + invalidated + deleted + expired + evicted + replaced + cleared;
    if (stats.fillsKept !== known)
      this.#accuse('I', name, `kept ${stats.fillsKept} fills and knows of ${known}`);
  }

  #isCaused(reason: ResetReason, name: string, scope: string, follows: boolean): boolean {
    const once = `${name} ${scope}`;
    if (reason === 'first-use' && !this.#used.has(once)) {
      this.#used.add(once);
      return true;
    }
    if (reason === 'gap') return !follows || this.#causes.has(`gap ${name}`);
    return this.#causes.has(`${reason} ${scope}`) || this.#causes.has(`${reason} ${name}`);
  }
}

function idOf({ scope, target }: Invalidation): string {
  return `${scope} ${target.kind} ${target.key}`;
}
