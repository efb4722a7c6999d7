import type { SqlSession } from '@hearsay/testkit';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { sqliteTransaction } from '../src/index.js';
import type { SqliteDriver } from '../src/sqlite-driver.js';
import { connect } from './support.js';

/** A connection of either library as the adapters for object mappers show one. */
export function sqliteSession(driver: SqliteDriver, path: string): SqlSession {
  return sqliteTransaction(driver === 'node:sqlite' ? connect(path) : connectBetter(path));
}

export function connectBetter(path: string): Database.Database {
  const db = new Database(path, { timeout: 0 });
  onTestFinished(() => void db.close());
  return db;
}
