import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type DiscoveredNode,
  type LeaseRow,
  type LeaseTable,
  type LogId,
  LogUnavailableError,
  type PollAnswer,
  type PollRequest,
  type Scope,
  type SelfAnnouncement,
} from '@hearsay/spi';
import type { ValidPrune } from '../prune-options.js';
import { reasonOf } from '../reason.js';
import type { SqliteDriver } from '../sqlite-driver.js';
import { inWriteTransaction } from '../transaction.js';
import { fileIdentity } from './check-file.js';
import { type Connection, connect } from './connection.js';
import { journalModeOf, prepareFile } from './prepare-file.js';
import { PRUNE_BATCH_ROWS } from './scope-rows.js';

export interface LogFileOptions {
  readonly driver: SqliteDriver;
  readonly path: string;
  readonly tablePrefix: string;
  readonly busyTimeoutMs: number;
  /** How long the worker's own writes try for the write lock. */
  readonly waitMs: number;
  /** How long an announcement of a node counts without renewal, by the wall clock. */
  readonly discoveryWindowMs: number;
}

export interface OpenedFile {
  readonly logId: LogId;
  readonly journalMode: string;
}

/** What the worker can be asked to do. */
export interface LogOperations {
  /** Creates what is missing. */
  open(): Promise<OpenedFile>;
  poll(request: PollRequest): Promise<PollAnswer>;
  ensureScopes(scopes: readonly Scope[]): Promise<void>;
  prune(what: ValidPrune): Promise<number>;
  announce(self: SelfAnnouncement): Promise<void>;
  withdraw(self: SelfAnnouncement): Promise<void>;
  discover(): Promise<readonly DiscoveredNode[]>;
  commitLease(row: LeaseRow): Promise<void>;
  readLeases(): Promise<LeaseTable>;
  removeLeases(rows: readonly LeaseRow[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * The log as the worker holds it: one connection of its own, given up on any error and whenever
 * the path leads to another file than before, and opened anew by the next call.
 * All but `open` fail with {@link LogUnavailableError}.
 */
export class LogFile implements LogOperations {
  readonly #options: LogFileOptions;
  #connection: Connection | undefined;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  async open(): Promise<OpenedFile> {
    const { driver, path, tablePrefix } = this.#options;
    await prepareFile(driver, path, tablePrefix);
    const { db, reader } = this.#current();
    const { logId } = reader.read({ positions: new Map(), rowsMax: 1 });
    return { logId, journalMode: journalModeOf(db) };
  }

  async poll(request: PollRequest): Promise<PollAnswer> {
    return this.#read((connection) => connection.reader.read(request));
  }

  async discover(): Promise<readonly DiscoveredNode[]> {
    const windowMs = this.#options.discoveryWindowMs;
    return this.#read((connection) => connection.nodes.recent(Date.now(), windowMs));
  }

  async ensureScopes(scopes: readonly Scope[]): Promise<void> {
    await this.#write(({ scopes: rows }) => {
      for (const scope of scopes) rows.create(scope);
    });
  }

  /** Rule L4: the floor is committed before the first row goes. Polls come in between the batches. */
  async prune({ scope, keepRows, maxAgeMs }: ValidPrune): Promise<number> {
    await this.#write(({ scopes }) => {
      if (keepRows !== undefined) scopes.raiseFloor(scope, keepRows);
      if (maxAgeMs !== undefined) scopes.raiseFloorByAge(scope, Date.now() - maxAgeMs);
    });
    let pruned = 0;
    for (;;) {
      const deleted = await this.#write(({ scopes }) => scopes.deletePruned(scope));
      pruned += deleted;
      if (deleted < PRUNE_BATCH_ROWS) return pruned;
      await nextTurn();
    }
  }

  async announce(self: SelfAnnouncement): Promise<void> {
    const windowMs = this.#options.discoveryWindowMs;
    await this.#write(({ nodes }) => nodes.announce(self, Date.now(), windowMs));
  }

  async withdraw(self: SelfAnnouncement): Promise<void> {
    await this.#write(({ nodes }) => nodes.withdraw(self));
  }

  async commitLease(row: LeaseRow): Promise<void> {
    await this.#write(({ leases }) => leases.put(row));
  }

  async readLeases(): Promise<LeaseTable> {
    return this.#read(({ leases }) => leases.read());
  }

  async removeLeases(rows: readonly LeaseRow[]): Promise<void> {
    await this.#write(({ leases }) => {
      for (const row of rows) leases.remove(row);
    });
  }

  async close(): Promise<void> {
    if (this.#connection) this.#giveUp(this.#connection);
  }

  /** The identity is checked after reading: then the path led to that file all the while. */
  #read<T>(job: (connection: Connection) => T): T {
    for (let attempt = 0; attempt < 3; attempt++) {
      const connection = this.#current();
      let value: T;
      try {
        value = job(connection);
      } catch (error) {
        this.#giveUp(connection);
        throw this.#unavailable(error);
      }
      if (connection.identity === fileIdentity(this.#options.path)) return value;
    }
    throw this.#unavailable('the file is being replaced again and again');
  }

  async #write<T>(job: (connection: Connection) => T): Promise<T> {
    const connection = this.#current();
    const { waitMs } = this.#options;
    try {
      return await inWriteTransaction(connection.db, { waitMs }, () => job(connection));
    } catch (error) {
      this.#giveUp(connection);
      throw this.#unavailable(error);
    }
  }

  #current(): Connection {
    const { driver, path, tablePrefix, busyTimeoutMs } = this.#options;
    const current = this.#connection;
    if (current && current.identity !== fileIdentity(path)) this.#giveUp(current);
    try {
      this.#connection ??= connect(driver, path, tablePrefix, busyTimeoutMs);
    } catch (error) {
      throw this.#unavailable(error);
    }
    return this.#connection;
  }

  #giveUp(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
    // A write that waited for the lock may find it closed already.
    if (connection.open) {
      connection.open = false;
      connection.db.close();
    }
  }

  #unavailable(error: unknown): LogUnavailableError {
    if (error instanceof LogUnavailableError) return error;
    const reason = reasonOf(error);
    return new LogUnavailableError(`the log in ${this.#options.path} is out of reach: ${reason}`, {
      cause: error,
    });
  }
}
