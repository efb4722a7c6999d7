import {
  type Announcement,
  type Clock,
  HearsayError,
  type Invalidation,
  type Origin,
  type TargetInput,
} from '@hearsay/spi';
import type {
  DatabaseAdapter,
  MysqlConnection,
  MysqlConnectionOf,
  MysqlPool,
  PostgresClient,
  PostgresConnectionOf,
  PostgresPool,
  SqliteConnection,
  SqlTransaction,
  WriteTransaction,
} from '@hearsay/version-log';
import { LogWriter, type PendingWrite, type WriteResult } from './log-writer.js';
import type { StrictScopes } from './strict-scopes.js';
import type { VersionLog } from './version-log.js';

/** Thrown when a write that is to revoke something names nothing. It is rolled back. */
export class RevocationEmptyError extends HearsayError {
  readonly code = 'HEARSAY_REVOCATION_EMPTY';
}

/** What a revocation returns: no read that is invoked from now on yields what it revoked (invariant C). */
export interface RevokeResult {
  /** With it a read anywhere sees this revocation. */
  readonly token: string;
  /** Nodes that have said that they dropped it. */
  readonly acknowledged: readonly Origin[];
  /** Nodes that have not; their right to serve it from memory has run out. */
  readonly waitedOut: readonly Origin[];
  /** `false`: the lease table could not be trusted to name everyone, so the whole L was waited (rule S4). */
  readonly vouched: boolean;
  /** From the commit to this return. */
  readonly tookMs: number;
}

/**
 * As `Write`, and returns when nobody serves any more what the callback invalidates. Errors of `Write`
 * come before the commit; after it only the closing of this node ends the wait.
 *
 * @throws {RevocationEmptyError} the callback invalidates nothing; nothing is written
 * @throws {NodeClosedError} committed; others may serve what it revoked for L
 */
export interface WriteAndRevoke {
  /** SQLite: the callback is synchronous. */
  <T>(db: SqliteConnection, callback: (tx: WriteTransaction) => T): Promise<WriteRevokeResult<T>>;
  /** PostgreSQL: a pool or a client of `pg`. */
  <Db extends PostgresPool | PostgresClient, T>(
    db: Db,
    callback: (tx: WriteTransaction, client: PostgresConnectionOf<Db>) => Promise<T>,
  ): Promise<WriteRevokeResult<T>>;
  /** MariaDB and MySQL: a pool or a connection of `mysql2/promise`. */
  <Db extends MysqlPool | MysqlConnection, T>(
    db: Db,
    callback: (tx: WriteTransaction, connection: MysqlConnectionOf<Db>) => Promise<T>,
  ): Promise<WriteRevokeResult<T>>;
  /** A library: `kyselyDatabase(kysely)` and its kind. */
  <Transaction, T>(
    db: DatabaseAdapter<Transaction>,
    callback: (tx: WriteTransaction, transaction: Transaction) => Promise<T>,
  ): Promise<WriteRevokeResult<T>>;
}

/** What a committed write that revoked something returns. */
export interface WriteRevokeResult<T> extends WriteResult<T>, RevokeResult {}

export interface RevocationsOptions {
  readonly self: Origin;
  readonly log: VersionLog | undefined;
  readonly clock: Clock;
  readonly strict: StrictScopes;
  /** Applies here and tells the others. */
  readonly publish: (announcements: readonly Announcement[]) => void;
}

/** Writes that wait, after their commit, until nobody serves any more what they revoke (rule S2). */
export class Revocations {
  readonly #options: RevocationsOptions;

  constructor(options: RevocationsOptions) {
    this.#options = options;
  }

  /** Of what has changed already. Always appends, also what was revoked a moment ago. */
  async revoke(invalidation: Invalidation): Promise<RevokeResult> {
    const { writer, announced } = this.#begin();
    const token = await writer.announce([invalidation]);
    return this.#settle(token, announced);
  }

  /** In a transaction on the service's connection. */
  async write(
    db: object,
    callback: (...args: never[]) => unknown,
  ): Promise<WriteRevokeResult<unknown>> {
    const { writer, announced } = this.#begin();
    const { value, token } = await writer.write(db, naming(callback));
    return { value, ...(await this.#settle(token, announced)) };
  }

  /** In a transaction that somebody else commits. */
  async append(
    tx: SqlTransaction,
    invalidations: readonly (readonly [scope: string, target: TargetInput])[],
  ): Promise<PendingRevocation> {
    if (invalidations.length === 0) throw empty();
    const { writer, announced } = this.#begin();
    const pending = await writer.append(tx, invalidations);
    return new PendingRevocation(pending, (token) => this.#settle(token, announced));
  }

  #begin(): { writer: LogWriter; announced: Announcement[] } {
    const { self, log, publish, strict } = this.#options;
    strict.checkRevokes();
    const announced: Announcement[] = [];
    const tell = (announcements: readonly Announcement[]): void => {
      publish(announcements);
      announced.push(...announcements);
    };
    return { writer: new LogWriter({ self, log, publish: tell }), announced };
  }

  async #settle(token: string, announced: readonly Announcement[]): Promise<RevokeResult> {
    const { clock, strict } = this.#options;
    const committedMs = clock.monotonicMs();
    const outcome = await strict.settle(announced);
    return { token, ...outcome, tookMs: clock.monotonicMs() - committedMs };
  }
}

/** A revocation that was appended in a transaction that the caller commits. Say how it ended, once. */
export class PendingRevocation {
  readonly #pending: PendingWrite;
  readonly #settle: (token: string) => Promise<RevokeResult>;

  /** @internal */
  constructor(pending: PendingWrite, settle: (token: string) => Promise<RevokeResult>) {
    this.#pending = pending;
    this.#settle = settle;
  }

  /**
   * COMMIT has succeeded. @returns when nobody serves any more what was revoked
   * @throws {NodeClosedError} others may serve it for L
   */
  committed(): Promise<RevokeResult> {
    return this.#settle(this.#pending.committed());
  }

  /** It is unknown whether COMMIT succeeded: others drop what it may have changed (rule L2). Nothing is revoked. */
  uncertain(): void {
    this.#pending.uncertain();
  }
}

/** The callback, refused inside its transaction when it has named nothing. */
function naming(callback: (...args: never[]) => unknown): (...args: never[]) => unknown {
  return (...args: never[]) => {
    const [tx, ...connection] = args as unknown as [WriteTransaction, ...unknown[]];
    let named = 0;
    const counting: WriteTransaction = {
      invalidate: (scope, target) => {
        tx.invalidate(scope, target);
        named++;
      },
    };
    const check = (value: unknown): unknown => {
      if (named === 0) throw empty();
      return value;
    };
    const value = callback(...([counting, ...connection] as unknown as never[]));
    return value instanceof Promise ? value.then(check) : check(value);
  };
}

function empty(): RevocationEmptyError {
  return new RevocationEmptyError(
    'a revocation names nothing: invalidate what it revokes, also what others may have revoked already',
  );
}
