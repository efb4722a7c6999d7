import { Cache, type CacheOptions } from '@hearsay/cache';
import type { FreshnessEffect } from '@hearsay/protocol';
import type { Scope, ScopeFreshness, Target } from '@hearsay/spi';
import type { Mutation } from '../mutations.ts';
import type { Domain, DomainScope } from '../world/domain.ts';
import type { Process } from './process.ts';

type Effect<Kind extends FreshnessEffect['kind']> = Extract<FreshnessEffect, { kind: Kind }>;

export interface CachesHost {
  readonly process: Process;
  readonly domain: Domain;
  readonly mutation: Mutation | undefined;
  /** Whether this process follows the log, so that bounds can be proven. */
  readonly follows: boolean;
  use(scope: DomainScope, promises: boolean): ScopeFreshness;
}

/** The caches of one process, opened when they are first used. */
export class Caches {
  readonly #host: CachesHost;
  readonly #caches: (Cache<number> | undefined)[] = [];

  constructor(host: CachesHost) {
    this.#host = host;
  }

  /** Those in use, with the index of their scope. */
  *[Symbol.iterator](): IterableIterator<[number, Cache<number>]> {
    for (const [scope, cache] of this.#caches.entries()) if (cache) yield [scope, cache];
  }

  open(scope: number): Cache<number> {
    const known = this.#caches[scope];
    if (known) return known;
    const { mutation } = this.#host;
    const options = this.#optionsOf(this.#host.domain.scopes[scope] as DomainScope);
    const cache = new Cache<number>(mutation?.cache ? mutation.cache(options) : options);
    this.#caches[scope] = cache;
    return cache;
  }

  apply({ scope, targets }: Effect<'apply'>): void {
    const { mutation } = this.#host;
    const covered = mutation?.covers ? targets.filter(mutation.covers) : targets;
    this.#named(scope)?.apply(covered as readonly Target[]);
  }

  reset({ scope, reason }: Effect<'reset'>): number | undefined {
    const cache = this.#named(scope);
    cache?.reset(reason);
    return cache && this.#caches.indexOf(cache);
  }

  #named(scope: Scope): Cache<number> | undefined {
    return this.#caches.find((cache) => cache?.scope === scope);
  }

  #optionsOf(scope: DomainScope): CacheOptions {
    const { process, follows } = this.#host;
    const promises = follows && scope.boundMs !== Number.POSITIVE_INFINITY;
    return {
      scope: scope.name,
      clock: process.clock,
      ttlMs: scope.ttlMs,
      negativeTtlMs: scope.negativeTtlMs,
      ...(scope.refreshAfterMs === undefined ? {} : { refreshAfterMs: scope.refreshAfterMs }),
      entriesMax: scope.entriesMax,
      ticketRingMax: scope.ticketRingMax,
      freshness: this.#host.use(scope, promises),
      ...(promises ? consistencyOf(scope) : { consistency: 'eventual' }),
    };
  }
}

function consistencyOf({
  strict,
  boundMs,
  onDark,
}: DomainScope): Pick<CacheOptions, 'consistency' | 'onDark'> {
  return strict
    ? { consistency: { strict: { leaseMs: boundMs } } }
    : { consistency: { boundedMs: boundMs }, onDark };
}
