import type { Scope } from '@hearsay/spi';
import type { FreshnessEffect } from './effect.js';

/**
 * Bounded readers that wait for a proof. All demands of a scope are one number, the youngest: what
 * proves it proves the older ones, and a failed poll fails exactly those that could have joined it.
 * At most one entry per scope in use.
 */
export class Demands {
  readonly #sinceMs = new Map<Scope, number>();

  add(scope: Scope, sinceMs: number): void {
    this.#sinceMs.set(scope, Math.max(sinceMs, this.#sinceMs.get(scope) ?? sinceMs));
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
