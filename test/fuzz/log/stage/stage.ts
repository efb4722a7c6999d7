/** The database of a run: made by the parent, reached by every process of the run. */
import type {
  Announcement,
  Invalidation,
  Origin,
  PollAnswer,
  PollRequest,
  VersionSource,
} from '@hearsay/spi';
import type { Appended, SqlTransaction } from '@hearsay/version-log';

export const DATABASES = [
  'sqlite',
  'better-sqlite3',
  'postgres',
  'postgres-xid8',
  'mariadb',
] as const;
export type DatabaseName = (typeof DATABASES)[number];

export function isSqlite(database: DatabaseName): boolean {
  return database === 'sqlite' || database === 'better-sqlite3';
}

/** Where a run's tables stand, as it is handed to its processes. */
export interface Place {
  readonly database: DatabaseName;
  /** The file, or the URL of the server. */
  readonly at: string;
  /** The schema on PostgreSQL; elsewhere `''`. */
  readonly schema: string;
}

/** What the logs of all databases have in common. */
export interface Log extends VersionSource {
  poll(request: PollRequest): Promise<PollAnswer>;
  ensureScopes(scopes: Iterable<string>): Promise<void>;
  append(origin: Origin, invalidations: readonly Invalidation[]): Promise<Appended>;
  appendInTransaction(
    tx: SqlTransaction,
    origin: Origin,
    invalidations: readonly Invalidation[],
  ): Promise<Appended>;
}

/** How a transaction is begun; a database that has not that way takes its plain one. */
export type Beginning = 'plain' | 'read-committed' | 'repeatable-read' | 'deferred';

/** One step of a transaction that is written by `write` of the log. */
export type Step =
  | { readonly sql: string }
  | { readonly holdMs: number }
  | { readonly invalidate: readonly Invalidation[] };

/** A writer's connection. Once {@link drop} or {@link kill} was called it is good for nothing. */
export interface Connection {
  /** For appends in a transaction that is begun here. */
  readonly tx: SqlTransaction;
  begin(beginning: Beginning): Promise<void>;
  run(sql: string): Promise<void>;
  /** @returns whether the database says that it committed */
  commit(): Promise<boolean>;
  rollback(): Promise<void>;
  /** Runs the steps by `write` of the log. */
  write(log: Log, origin: Origin, steps: readonly Step[]): Promise<readonly Announcement[]>;
  /** Called when the next COMMIT has been sent, before its answer; never on SQLite, where COMMIT waits for nothing. */
  onCommitSent: (() => void) | undefined;
  /** Breaks the connection from this side. */
  drop(): void;
  /** Has the database end it from the other side. */
  kill(): void;
  close(): Promise<void>;
}

export type Row = Readonly<Record<string, unknown>>;

/** How one process reaches the database of the run. */
export interface Stage {
  readonly place: Place;
  openLog(): Promise<Log>;
  connect(): Promise<Connection>;
  /** One statement by itself, on a connection that does nothing else: it sees what is committed. */
  select(sql: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** A stage that was made for the run. */
export interface MadeStage extends Stage {
  /** Takes the tables away, with all that is in them; ends the stage. */
  remove(): Promise<void>;
}
