import { Cache, type CacheOptions } from '@hearsay/cache';
import type { Scope, Target } from '@hearsay/spi';

/** The caches of a node by scope; what arrives for a scope meets all of its caches here. */
export class CacheRegistry {
  readonly #caches = new Map<Scope, Cache<unknown>[]>();

  /** @throws {NameInvalidError} @throws {ConfigInvalidError} names the option */
  open<V>(scope: Scope, options: Omit<CacheOptions, 'scope'>): Cache<V> {
    const cache = new Cache<V>({ ...options, scope });
    const caches = this.#caches.get(scope) ?? [];
    caches.push(cache as Cache<unknown>);
    this.#caches.set(scope, caches);
    return cache;
  }

  apply(scope: Scope, targets: readonly Target[]): void {
    for (const cache of this.#caches.get(scope) ?? []) cache.apply(targets);
  }

  reset(scope: Scope, reason: string): void {
    for (const cache of this.#caches.get(scope) ?? []) cache.reset(reason);
  }

  of(scope: Scope): readonly Cache<unknown>[] {
    return this.#caches.get(scope) ?? [];
  }

  close(): void {
    for (const caches of this.#caches.values()) for (const cache of caches) cache.close();
  }
}
