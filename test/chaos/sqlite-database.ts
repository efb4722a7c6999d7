import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { schemaSql } from '@hearsay/embed';
import { openSqliteLog, type SqliteVersionLog } from '@hearsay/version-log';
import { pause } from '../demo/clock.ts';
import { KEYS, tagsOf } from './keys.ts';
import { SCOPE_NAMES } from './scopes.ts';
import type {
  Committed,
  CommittedRevision,
  LoggedInvalidation,
  ServiceDatabase,
} from './service-database.ts';

const LOCK_AGAIN_MS = 1;

/** Triggers keep the truth: every revision, and every row of the log, in the writer's own transaction. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  ${schemaSql()}
  CREATE TABLE chaos_row (
    scope TEXT, key TEXT, prefix TEXT NOT NULL, tag TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1, write_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, key)
  ) WITHOUT ROWID;
  -- SQLite gives its ids under the one write lock, so their order is the order of commits.
  CREATE TABLE chaos_revision (
    id INTEGER PRIMARY KEY, scope TEXT, key TEXT, revision INTEGER, write_id INTEGER
  );
  CREATE TRIGGER chaos_changed AFTER UPDATE ON chaos_row BEGIN
    INSERT INTO chaos_revision (scope, key, revision, write_id)
    VALUES (new.scope, new.key, new.revision, new.write_id);
  END;
  CREATE TABLE chaos_logged (id INTEGER PRIMARY KEY, scope TEXT, version INTEGER, kind TEXT, key TEXT);
  CREATE TRIGGER chaos_logging AFTER INSERT ON hearsay_log BEGIN
    INSERT INTO chaos_logged (scope, version, kind, key)
    VALUES (new.scope, new.version, new.kind, new.key);
  END;
`;

/** A SQLite file. The nodes use it through SqliteStore. */
export class SqliteDatabase implements ServiceDatabase {
  readonly address: string;
  readonly #log: SqliteVersionLog;
  readonly #db: DatabaseSync;
  readonly #locker: DatabaseSync;
  readonly #revisions: Reading;
  readonly #logged: Reading;
  #isLocked = false;

  static async create(directory: string): Promise<SqliteDatabase> {
    const path = join(directory, 'chaos.db');
    const db = new DatabaseSync(path, { timeout: 1_000 });
    db.exec(SCHEMA);
    const insert = db.prepare(
      'INSERT INTO chaos_row (scope, key, prefix, tag) VALUES (?, ?, ?, ?)',
    );
    db.exec('BEGIN');
    for (const scope of SCOPE_NAMES)
      for (const key of KEYS) insert.run(scope, key, key.split('/')[0] ?? '', tagsOf(key)[0] ?? '');
    db.exec('COMMIT');
    return new SqliteDatabase(path, db, await openSqliteLog({ path }));
  }

  private constructor(path: string, db: DatabaseSync, log: SqliteVersionLog) {
    this.address = path;
    this.#db = db;
    this.#log = log;
    this.#locker = new DatabaseSync(path, { timeout: 0 });
    this.#revisions = new Reading(
      db,
      'SELECT id, scope, key, revision, write_id AS write FROM chaos_revision',
    );
    this.#logged = new Reading(db, 'SELECT id, scope, version, kind, key FROM chaos_logged');
  }

  async readCommitted(): Promise<Committed> {
    return {
      revisions: this.#revisions.next() as unknown as CommittedRevision[],
      invalidations: this.#logged.next() as unknown as LoggedInvalidation[],
    };
  }

  async prune(scope: string, keepRows: number): Promise<void> {
    await this.#log.prune({ scope, keepRows });
  }

  /** Holds the lock that every writer needs. */
  async begin(): Promise<void> {
    this.#isLocked = true;
    while (this.#isLocked && !this.#tryLock()) await pause(LOCK_AGAIN_MS);
  }

  async end(): Promise<void> {
    this.#isLocked = false;
    if (this.#locker.isTransaction) this.#locker.exec('ROLLBACK');
  }

  async close(): Promise<void> {
    await this.end();
    await this.#log.close();
    this.#locker.close();
    this.#db.close();
  }

  #tryLock(): boolean {
    try {
      this.#locker.exec('BEGIN IMMEDIATE');
      return true;
    } catch {
      return false; // Somebody writes.
    }
  }
}

/** A table that only grows, read from where the last reading ended. */
class Reading {
  readonly #statement: StatementSync;
  #lastId = 0;

  constructor(db: DatabaseSync, select: string) {
    this.#statement = db.prepare(`${select} WHERE id > ? ORDER BY id`);
  }

  next(): Record<string, unknown>[] {
    const rows = this.#statement.all(this.#lastId);
    this.#lastId = Number(rows.at(-1)?.['id'] ?? this.#lastId);
    return rows;
  }
}
