import type { SqlSession } from '@hearsay/testkit';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { prepare } from '../src/sqlite.js';
import type { SqliteDriver } from '../src/sqlite-driver.js';
import { connect } from './support.js';

/** A connection of either library as the adapters for object mappers show one. */
export function sqliteSession(driver: SqliteDriver, path: string): SqlSession {
  const db = driver === 'node:sqlite' ? connect(path) : connectBetter(path);
  return {
    dialect: 'sqlite',
    query: async (sql, params) => {
      const statement = prepare(db, sql);
      if ('reader' in statement && !statement.reader) {
        statement.run(...params);
        return [];
      }
      return statement.all(...params);
    },
  };
}

export function connectBetter(path: string): Database.Database {
  const db = new Database(path, { timeout: 0 });
  onTestFinished(() => void db.close());
  return db;
}
