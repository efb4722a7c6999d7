import { randomBytes } from 'node:crypto';
import {
  type AppendId,
  type AppliedPosition,
  type DiscoveryProvider,
  type Invalidation,
  type LogId,
  LogUnavailableError,
  type Origin,
  type PollAnswer,
  type PollRequest,
  type Scope,
  scopeOf,
  type TargetKind,
  type VersionSource,
} from '@hearsay/spi';
import type { DatabaseAdapter } from '../../adapters/database-adapter.js';
import { LogDiscovery } from '../../discovery.js';
import { integerWithin } from '../../options.js';
import { type PruneOptions, validPrune } from '../../prune-options.js';
import type { ServerConnection, SqlRow, Statement } from '../../server/connection.js';
import { logGone } from '../../server/poll.js';
import type { ServerLogParts } from '../../server/server-log.js';
import { ServerNodes } from '../../server/server-nodes.js';
import type { Appended } from '../../write/batch.js';
import type { WriteTransaction } from '../../write/collected.js';
import type { SqlTransaction } from '../../write/sql-transaction.js';
import type { Written } from '../../write/write.js';
import type { PostgresClient, PostgresConnectionOf, PostgresPool } from '../client.js';
import { withNames } from '../prepared.js';
import { type PostgresWriteOptions, writeOnPostgres } from '../write-on-postgres.js';
import { appendXid } from './append.js';
import { Delivery, type XidRow } from './delivery.js';
import { Snapshot } from './snapshot.js';
import { XidStatements } from './statements.js';

/** Rows that one poll reads. Where there are more, all scopes begin anew, which is cheaper. */
export const POLL_ROWS_MAX = 8192;
const PRUNE_BATCH_ROWS = 500;

/**
 * The version log in a PostgreSQL database in mode `xid8` (rule L7): rows are told apart by the
 * transactions that wrote them, and a poll reads what the snapshot of the last one could not see.
 * Writers wait for nobody, and a transaction that stays open holds up nobody else's rows.
 *
 * Each process gives the rows versions of its own, in the order in which it reads them. Events of
 * other nodes are therefore hints, and positions of the log are found by {@link locate}. Made by
 * `openPostgresLog` with `mode: 'xid8'`.
 */
export class PostgresXidLog implements VersionSource {
  /** The log that the database held when it was opened. A poll gives a name of this process's own. */
  readonly logId: LogId;
  readonly schema: string;
  readonly tablePrefix: string;
  /** Nodes that share this log, by rows in it. */
  readonly discovery: DiscoveryProvider;
  readonly #parts: ServerLogParts;
  readonly #statements: XidStatements;
  readonly #preparedStatements: boolean;
  readonly #deliveries = new Map<Scope, Delivery>();
  #ownLogId = newLogId();
  /** The log and what its table physically is: a restored backup, a restart or a failover gives another. */
  #identity: string | undefined;
  #readLogId: LogId | undefined;
  #last: Snapshot | undefined;
  #closed = false;

  /** @internal */
  constructor(parts: ServerLogParts, preparedStatements: boolean) {
    this.#parts = parts;
    this.#preparedStatements = preparedStatements;
    this.logId = parts.logId;
    this.schema = parts.place.schema ?? '';
    this.tablePrefix = parts.options.tablePrefix;
    this.#statements = new XidStatements(parts.tables);
    const { writeTimeoutMs: timeoutMs, discoveryWindowMs: windowMs } = parts.options;
    const nodes = new ServerNodes(parts.polls, parts.statements, { timeoutMs, windowMs });
    this.discovery = new LogDiscovery(nodes);
  }

  /**
   * {@link VersionSource.poll}: versions, links and the log's name are this process's own.
   * @throws {LogUnavailableError} also when `pollTimeoutMs` ran out
   * @throws {ConfigInvalidError} `rowsMax` is not 1 … 65,536
   */
  async poll({ positions, rowsMax }: PollRequest): Promise<PollAnswer> {
    integerWithin('rowsMax', rowsMax, 1, 65_536);
    const { polls, options } = this.#parts;
    return polls.run(options.pollTimeoutMs, async (connection) => {
      const incarnation = await this.#read(connection, positions.keys());
      const readings = [...positions].flatMap(([scope, position]) => {
        const delivery = this.#deliveries.get(scope);
        return delivery ? [delivery.reading(scope, position, rowsMax)] : [];
      });
      return { logId: this.#ownLogId, incarnation, readings };
    });
  }

  /** Where the write at this position of the log stands in what was read here; `undefined` while it was not. */
  locate({ scope, logId, version, appendId }: AppliedPosition): AppliedPosition | undefined {
    const delivery = this.#deliveries.get(scope);
    if (!delivery || !this.#last || logId !== this.#readLogId) return undefined;
    const isOlder = () => this.#last?.sees(BigInt(version)) === true;
    const at = delivery.find(appendId) ?? (isOlder() ? delivery.base : undefined);
    return at && { scope, logId: this.#ownLogId, ...at };
  }

  /** Nothing has to be made ahead. @throws {NameInvalidError} */
  async ensureScopes(scopes: Iterable<string>): Promise<void> {
    for (const scope of scopes) scopeOf(scope);
  }

  /** As of the other logs; what a transaction in progress may still add to is left. */
  async prune(options: PruneOptions): Promise<{ readonly pruned: number }> {
    const { scope, keepRows, maxAgeMs } = validPrune(options);
    const floors = [
      ...(keepRows === undefined ? [] : [this.#statements.floorBySize(scope, keepRows)]),
      ...(maxAgeMs === undefined ? [] : [this.#statements.floorByAge(scope, maxAgeMs)]),
    ];
    // Committed, each, before the first row goes.
    for (const statement of floors) {
      const floor = (await this.#run(statement)).rows[0]?.['floor'];
      if (typeof floor === 'string') await this.#run(this.#statements.raiseFloor(scope, floor));
    }
    for (let pruned = 0; ; ) {
      const { changes } = await this.#run(this.#statements.deletePruned(scope, PRUNE_BATCH_ROWS));
      pruned += changes;
      if (changes < PRUNE_BATCH_ROWS) return { pruned };
    }
  }

  /** As {@link PostgresVersionLog.write}. */
  async write<Db extends PostgresPool | PostgresClient | DatabaseAdapter<unknown>, T>(
    db: Db,
    origin: Origin,
    callback: (tx: WriteTransaction, client: PostgresConnectionOf<Db>) => Promise<T> | T,
  ): Promise<Written<T>> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    const { tables } = this.#parts;
    const options: PostgresWriteOptions = {
      preparedStatements: this.#preparedStatements,
      append: (tx, invalidations, marker) => appendXid(tx, tables, origin, invalidations, marker),
      appending: (_, append) => append(),
    };
    return writeOnPostgres(db, options, callback as never);
  }

  /** In a transaction of its own, on a connection of the log's own. */
  async append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended> {
    const { writes, options, tables } = this.#parts;
    return writes.run(options.writeTimeoutMs, (connection) => {
      const tx: SqlTransaction = {
        dialect: 'postgres',
        query: async (sql, params) => (await connection.run({ sql, params })).rows,
      };
      return appendXid(tx, tables, origin, invalidations);
    });
  }

  /** In a transaction that the caller has open, anywhere in it. Announce after the commit. */
  async appendInTransaction(
    tx: SqlTransaction,
    origin: Origin,
    invalidations: readonly Invalidation[],
  ): Promise<Appended> {
    const named = withNames(tx, this.#preparedStatements);
    return appendXid(named, this.#parts.tables, origin, invalidations);
  }

  /** Ends the log's own connections. The caller's stay open. Later calls resolve too. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#parts.polls.close();
    this.#parts.writes.close();
  }

  /** Reads for all scopes that were ever asked for: one snapshot then stands for them all. */
  async #read(connection: ServerConnection, asked: Iterable<Scope>) {
    const scopes = [...new Set([...this.#deliveries.keys(), ...asked])];
    const { rows } = await connection.run(
      this.#statements.read(scopes, this.#last, POLL_ROWS_MAX + 1),
    );
    const head = rows.find(({ kind }) => kind === 'head');
    if (head === undefined) throw logGone();
    const incarnation = connection.incarnationOf(head['key']);
    this.#absorb(scopes, head, rows);
    return incarnation;
  }

  #absorb(scopes: readonly Scope[], head: SqlRow, rows: readonly SqlRow[]): void {
    const [table = '', snapshot = ''] = String(head['origin']).split(' ');
    const identity = `${head['id']} ${head['key']} ${table}`;
    const isAnother = this.#identity !== undefined && this.#identity !== identity;
    if (isAnother) this.#beginAnew();
    for (const scope of scopes)
      if (!this.#deliveries.has(scope)) this.#deliveries.set(scope, new Delivery());
    const found = rows.filter(({ kind }) => kind !== 'head');
    if (found.length > POLL_ROWS_MAX) for (const each of this.#deliveries.values()) each.breakOff();
    else if (!isAnother) this.#deliver(found);
    for (const scope of String(head['scope'] ?? '').split(','))
      this.#deliveries.get(scope as Scope)?.breakOff();
    this.#identity = identity;
    this.#readLogId = head['id'] as LogId;
    this.#last = new Snapshot(snapshot);
  }

  #deliver(rows: readonly SqlRow[]): void {
    for (const [scope, ofScope] of Map.groupBy(rows, (row) => row['scope'] as Scope))
      this.#deliveries.get(scope)?.add(ofScope.map(xidRowOf));
  }

  /** Transactions can come again in another life of the database (rule L1): what was seen counts no more. */
  #beginAnew(): void {
    this.#deliveries.clear();
    this.#ownLogId = newLogId();
  }

  #run(statement: Statement) {
    const { writes, options } = this.#parts;
    return writes.run(options.writeTimeoutMs, (connection) => connection.run(statement));
  }
}

function xidRowOf(row: SqlRow): XidRow {
  return {
    appendId: row['id'] as AppendId,
    target: { kind: row['kind'] as TargetKind, key: row['key'] as string },
    origin: row['origin'] as string,
  };
}

function newLogId(): LogId {
  return randomBytes(16).toString('hex') as LogId;
}
