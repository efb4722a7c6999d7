import type { DatabaseSync } from 'node:sqlite';
import type { DiscoveryProvider, Invalidation, Origin, VersionSource } from '@hearsay/spi';
import type { Appended, WriteTransaction, Written } from '@hearsay/version-log';

/** What a node needs of a version log. `openSqliteLog` returns one. */
export interface VersionLog extends VersionSource {
  readonly discovery?: DiscoveryProvider;
  ensureScopes(scopes: Iterable<string>): Promise<void>;
  /** Appends in a transaction of its own, over a connection of the log's. */
  append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended>;
  write<T>(
    db: DatabaseSync,
    origin: Origin,
    callback: (tx: WriteTransaction) => T,
  ): Promise<Written<T>>;
}
