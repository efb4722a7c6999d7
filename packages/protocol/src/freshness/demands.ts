import type { Scope } from '@hearsay/spi';
import type { FreshnessEffect } from './effect.js';
import type { InFlight, ScopeFollower } from './scope-follower.js';

/**
 * Bounded readers that wait for a proof. All demands of a scope are one number, the youngest: what
 * proves it proves the older ones, and a failed poll fails exactly those that could have joined it.
 * At most one entry per scope in use.
 */
export class Demands {
  readonly #sinceMs = new Map<Scope, number>();

  /**
   * A reader needs `freshAsOfMs >= sinceMs`, and waits for it unless it is so. A poll that was sent
   * before can prove nothing for it, and a question is not for waiting (rule F4).
   *
   * @returns whether a poll has to be sent for it
   */
  wait(
    { scope, freshAsOfMs }: ScopeFollower,
    sinceMs: number,
    poll: InFlight | undefined,
    effects: FreshnessEffect[],
  ): boolean {
    if (freshAsOfMs >= sinceMs) {
      effects.push({ kind: 'proved', scope, freshAsOfMs });
      return false;
    }
    this.#sinceMs.set(scope, Math.max(sinceMs, this.#sinceMs.get(scope) ?? sinceMs));
    const joins = poll !== undefined && poll.sentMs >= sinceMs && poll.positions.has(scope);
    return !joins || poll.void;
  }

  proved(scope: Scope, freshAsOfMs: number): void {
    const sinceMs = this.#sinceMs.get(scope);
    if (sinceMs !== undefined && sinceMs <= freshAsOfMs) this.#sinceMs.delete(scope);
  }

  /**
   * The poll sent at `sentMs` for these scopes failed; whoever came later waits for the next one.
   */
  failed(scopes: Iterable<Scope>, sentMs: number, effects: FreshnessEffect[]): void {
    for (const scope of scopes) {
      const sinceMs = this.#sinceMs.get(scope);
      if (sinceMs === undefined) continue;
      if (sinceMs <= sentMs) this.#sinceMs.delete(scope);
      effects.push({ kind: 'unproved', scope, sinceMs: Math.min(sinceMs, sentMs) });
    }
  }
}
