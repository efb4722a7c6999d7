import { createRequire } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Announcement, Origin } from '@hearsay/spi';
import {
  openSqliteLog,
  type SqliteDriver,
  type SqliteVersionLog,
  type SqlTransaction,
} from '@hearsay/version-log';
import type { Beginning, Connection, Log, Place, Row, Stage, Step } from './stage.ts';

/** Processes that share two processors wait for each other. */
const WAIT_MS = 60_000;
const RETRY_MS = 3;

/** A connection of `node:sqlite` or better-sqlite3, by shape. */
interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): unknown;
}

interface Statement {
  /** Of better-sqlite3: whether it has rows. */
  readonly reader?: boolean;
  all(...params: readonly unknown[]): Row[];
  run(...params: readonly unknown[]): unknown;
}

export class SqliteStage implements Stage {
  readonly place: Place;
  readonly #driver: SqliteDriver;
  #reads: Database | undefined;

  constructor(place: Place) {
    this.place = place;
    this.#driver = place.database === 'better-sqlite3' ? 'better-sqlite3' : 'node:sqlite';
  }

  async openLog(): Promise<Log> {
    const times = { pollTimeoutMs: WAIT_MS, writeWaitMs: WAIT_MS };
    return openSqliteLog({ path: this.place.at, driver: this.#driver, ...times });
  }

  async connect(): Promise<Connection> {
    return new SqliteConnection(this.#open());
  }

  async select(sql: string): Promise<readonly Row[]> {
    this.#reads ??= this.#open();
    return this.#reads.prepare(sql).all();
  }

  run(statements: readonly string[]): void {
    const db = this.#open();
    for (const sql of statements) db.exec(sql);
    db.close();
  }

  async close(): Promise<void> {
    this.#reads?.close();
    this.#reads = undefined;
  }

  /** Without waiting for the disk: no run takes the power away. */
  #open(): Database {
    const db = openDatabase(this.#driver, this.place.at);
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF');
    return db;
  }
}

function openDatabase(driver: SqliteDriver, path: string): Database {
  if (driver === 'node:sqlite') return new DatabaseSync(path) as unknown as Database;
  const BetterSqlite3 = createRequire(import.meta.url)('better-sqlite3');
  return new BetterSqlite3(path);
}

class SqliteConnection implements Connection {
  readonly tx: SqlTransaction;
  onCommitSent: (() => void) | undefined;
  readonly #db: Database;
  #isOpen = true;

  constructor(db: Database) {
    this.#db = db;
    // Waiting is left to those who can wait without stopping this thread.
    db.exec('PRAGMA busy_timeout = 0');
    this.tx = {
      dialect: 'sqlite',
      query: async (sql, params) => {
        const statement = db.prepare(sql);
        if (statement.reader !== false) return statement.all(...params);
        statement.run(...params);
        return [];
      },
    };
  }

  async begin(beginning: Beginning): Promise<void> {
    if (beginning === 'deferred') {
      this.#db.exec('BEGIN');
      this.#db.prepare('SELECT count(*) FROM hearsay_scope').all();
      return;
    }
    for (const untilMs = performance.now() + WAIT_MS; ; await sleep(RETRY_MS * Math.random()))
      try {
        this.#db.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!/locked/.test(String(error)) || performance.now() > untilMs) throw error;
      }
  }

  async run(sql: string): Promise<void> {
    this.#db.exec(sql);
  }

  async commit(): Promise<boolean> {
    this.#db.exec('COMMIT');
    return true;
  }

  async rollback(): Promise<void> {
    this.#db.exec('ROLLBACK');
  }

  async write(log: Log, origin: Origin, steps: readonly Step[]): Promise<readonly Announcement[]> {
    const { announcements } = await (log as SqliteVersionLog).write(this.#db, origin, (tx) => {
      for (const step of steps) {
        if ('sql' in step) this.#db.exec(step.sql);
        else if ('holdMs' in step) pause(step.holdMs);
        else
          for (const { scope, target } of step.invalidate)
            tx.invalidate(scope, { [target.kind]: target.key } as { key: string });
      }
    });
    return announcements;
  }

  drop(): void {
    if (this.#isOpen) this.#db.close();
    this.#isOpen = false;
  }

  kill(): void {
    this.drop();
  }

  async close(): Promise<void> {
    this.drop();
  }
}

/** Stands still, as a callback that computes does. */
function pause(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}
