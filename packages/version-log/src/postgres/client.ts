/** What is needed of `pg`, by shape, so that the package is no dependency of ours. */
import type { DatabaseAdapter } from '../adapters/database-adapter.js';
import { LogDriverMissingError } from '../errors.js';

export interface PostgresResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly rowCount: number | null;
  /** The tag of the statement: `COMMIT` answers `ROLLBACK` where nothing was left to commit. */
  readonly command: string;
}

export interface PostgresQuery {
  readonly text: string;
  readonly values?: unknown[];
  readonly name?: string;
}

/** A connection of `pg`: its `Client`, or what its `Pool` hands out. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  /** `I` idle, `T` in a transaction, `E` in one that failed; younger than pg 8.17. */
  getTransactionStatus?(): string | null;
}

export interface PostgresPoolClient extends PostgresClient {
  release(error?: Error | boolean): void;
}

/** A `Pool` of `pg`. */
export interface PostgresPool {
  readonly totalCount: number;
  readonly options: object;
  connect(): Promise<PostgresPoolClient>;
}

/** What a callback is given: the library's transaction, what the pool hands out, or the client itself. */
export type PostgresConnectionOf<Db> =
  Db extends DatabaseAdapter<infer Transaction>
    ? Transaction
    : Db extends {
          readonly totalCount: number;
          connect: { (): Promise<infer Client>; (...rest: never[]): unknown };
        }
      ? Client
      : Db;

/** A client of the log's own, not connected yet. */
export interface OwnPostgresClient extends PostgresClient {
  connect(): Promise<unknown>;
  end(): Promise<void>;
  readonly connection?: { readonly stream?: { destroy(): unknown } };
}

interface PostgresModule {
  readonly Client: new (config: object) => OwnPostgresClient;
}

/**
 * Loads `pg` when a log is opened and not before.
 * @throws {LogDriverMissingError}
 */
export async function loadPostgres(): Promise<PostgresModule> {
  try {
    const module: { readonly default: unknown } = await import('pg');
    return module.default as PostgresModule;
  } catch (error) {
    throw new LogDriverMissingError('the package pg is missing: npm install pg', { cause: error });
  }
}

export function isPostgresPool(db: PostgresPool | PostgresClient): db is PostgresPool {
  return 'totalCount' in db;
}
