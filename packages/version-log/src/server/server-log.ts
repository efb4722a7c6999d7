import {
  type DiscoveryProvider,
  type Invalidation,
  type LeaseStore,
  type LogId,
  type Origin,
  type PollAnswer,
  type PollRequest,
  type Scope,
  scopeOf,
  type VersionSource,
} from '@hearsay/spi';
import { LogDiscovery } from '../discovery.js';
import { ScopeMissingError, WriteContendedError } from '../errors.js';
import { integerWithin } from '../options.js';
import { type PruneOptions, validPrune } from '../prune-options.js';
import type { LogTables, TablePlace } from '../tables.js';
import { appendInTransaction } from '../write/append-in-transaction.js';
import { type Appended, batchesOf } from '../write/batch.js';
import { appendError } from '../write/sql-error.js';
import type { SqlTransaction } from '../write/sql-transaction.js';
import type { Statement, StatementResult } from './connection.js';
import type { ValidServerLogOptions } from './options.js';
import { poll } from './poll.js';
import { ServerLeases } from './server-leases.js';
import { ServerNodes } from './server-nodes.js';
import type { Session } from './session.js';
import type { LogStatements } from './statements.js';

/** Rows that one statement of a prune deletes. */
const PRUNE_BATCH_ROWS = 500;
/** Scopes that are remembered to exist; beyond them it is looked up again. */
const KNOWN_SCOPES_MAX = 4096;

/** How long a connection for leases is kept after the last one. */
export const LEASES_IDLE_MS = 60_000;

/** What an opened log on a database server is made of. */
export interface ServerLogParts {
  readonly logId: LogId;
  readonly place: TablePlace & { readonly schema: string };
  readonly tables: LogTables;
  readonly options: ValidServerLogOptions;
  readonly statements: LogStatements;
  /** For polls and rows of nodes; nothing on it ever waits for a writer. */
  readonly polls: Session;
  /** For leases, which may wait for somebody's lock: polls, by which rights are proven, must not (rule L3). */
  readonly leases: Session;
  /** For writes of the log's own. */
  readonly writes: Session;
}

/** The version log on a database server, as far as all servers are alike. */
export abstract class ServerLog implements VersionSource {
  /** The log that the database held when it was opened; a poll says which one it holds now. */
  readonly logId: LogId;
  readonly schema: string;
  readonly tablePrefix: string;
  /** Nodes that share this log, by rows in it. */
  readonly discovery: DiscoveryProvider;
  /** Who may serve strict scopes from memory. */
  readonly leases: LeaseStore;
  protected readonly parts: ServerLogParts;
  readonly #knownScopes = new Set<Scope>();

  /** @internal */
  constructor(parts: ServerLogParts) {
    this.parts = parts;
    const { logId, place, options, polls, leases, statements } = parts;
    this.logId = logId;
    this.schema = place.schema ?? '';
    this.tablePrefix = options.tablePrefix;
    const { writeTimeoutMs: timeoutMs, discoveryWindowMs: windowMs } = options;
    this.discovery = new LogDiscovery(new ServerNodes(polls, statements, { timeoutMs, windowMs }));
    this.leases = new ServerLeases(leases, statements, timeoutMs);
  }

  /**
   * {@link VersionSource.poll}: on a connection that does nothing else (rule L3).
   * @throws {LogUnavailableError} also when `pollTimeoutMs` ran out
   * @throws {ConfigInvalidError} `rowsMax` is not 1 … 65,536
   */
  async poll(request: PollRequest): Promise<PollAnswer> {
    integerWithin('rowsMax', request.rowsMax, 1, 65_536);
    const { polls, statements, options } = this.parts;
    return polls.run(options.pollTimeoutMs, (connection) => poll(connection, statements, request));
  }

  /**
   * Creates the counters that do not exist yet, each in a transaction of its own (rule L6). Writes
   * of this log do it too, ahead of their append.
   * @throws {NameInvalidError} none is created
   * @throws {LogUnavailableError}
   */
  async ensureScopes(scopes: Iterable<string>): Promise<void> {
    await this.#createScopes([...new Set(scopes)].map(scopeOf));
  }

  /**
   * Deletes the oldest rows of a scope (rule L4). A reader that still needed them starts anew.
   * @throws {ConfigInvalidError} {@link NameInvalidError} nothing is deleted
   * @throws {LogUnavailableError} the floor may be raised, and some rows be gone
   */
  async prune(options: PruneOptions): Promise<{ readonly pruned: number }> {
    const { scope, keepRows, maxAgeMs } = validPrune(options);
    const { statements } = this.parts;
    // Each is committed before the first row goes, and others take turns in between.
    if (keepRows !== undefined) await this.#run(statements.raiseFloorBySize(scope, keepRows));
    if (maxAgeMs !== undefined) {
      const floor = floorOf(await this.#run(statements.floorByAge(scope, maxAgeMs)));
      await this.#run(statements.raiseFloor(scope, floor));
    }
    const floor = floorOf(await this.#run(statements.floor(scope)));
    let pruned = 0;
    for (;;) {
      const { changes } = await this.#run(statements.deletePruned(scope, floor, PRUNE_BATCH_ROWS));
      pruned += changes;
      if (changes < PRUNE_BATCH_ROWS) return { pruned };
    }
  }

  /**
   * Appends in a transaction that the caller has open, last in it; as the function of that name.
   * Scopes that are new are created ahead.
   */
  async appendInTransaction(
    tx: SqlTransaction,
    origin: Origin,
    invalidations: readonly Invalidation[],
  ): Promise<Appended> {
    return this.appending(invalidations, () =>
      appendInTransaction(tx, origin, invalidations, this.parts.place),
    );
  }

  /** Ends the log's own connections. The caller's stay open. Later calls resolve too. */
  async close(): Promise<void> {
    this.parts.polls.close();
    this.parts.leases.close();
    this.parts.writes.close();
  }

  /**
   * Creates the scopes that an append needs, ahead and on another connection (rule L6). A
   * transaction whose snapshot is older cannot see them, which its next run will.
   */
  protected async appending(
    invalidations: readonly Invalidation[],
    append: () => Promise<Appended>,
  ): Promise<Appended> {
    const scopes = batchesOf(invalidations).map(({ scope }) => scope);
    const news = scopes.filter((scope) => !this.#knownScopes.has(scope));
    await this.#createScopes(news);
    try {
      return await append();
    } catch (error) {
      if (!(error instanceof ScopeMissingError)) throw error;
      if (news.length > 0)
        throw new WriteContendedError(
          `scope ${news.join()} was created after this transaction began to read: roll back and retry the transaction`,
          { cause: error },
        );
      // The database is not what it was: the next append looks again.
      this.#knownScopes.clear();
      throw error;
    }
  }

  async #createScopes(scopes: readonly Scope[]): Promise<void> {
    if (scopes.length === 0) return;
    const { polls, statements, options } = this.parts;
    await polls.run(options.writeTimeoutMs, async (connection) => {
      const { rows } = await connection.run(statements.existingScopes(scopes));
      const existing = new Set(rows.map(({ scope }) => scope));
      const missing = scopes.filter((scope) => !existing.has(scope));
      if (missing.length === 0) return;
      try {
        await connection.run(statements.createScopes(missing));
      } catch (error) {
        throw appendError(error);
      }
    });
    if (this.#knownScopes.size + scopes.length > KNOWN_SCOPES_MAX) this.#knownScopes.clear();
    for (const scope of scopes) this.#knownScopes.add(scope);
  }

  async #run(statement: Statement): Promise<StatementResult> {
    const { writes, options } = this.parts;
    return writes.run(options.writeTimeoutMs, (connection) => connection.run(statement));
  }
}

function floorOf({ rows }: StatementResult): number {
  return Number(rows[0]?.['floor'] ?? 0);
}
