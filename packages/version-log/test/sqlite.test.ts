import type { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { inTransaction, rollback } from '../src/sqlite.js';
import { connect } from './support.js';

/** The same connection as Node 22.13 shows it. */
function older(db: DatabaseSync): DatabaseSync {
  return { exec: (sql: string) => db.exec(sql) } as DatabaseSync;
}

test.each([
  ['this Node', (db: DatabaseSync) => db],
  ['Node 22.13', older],
])('an open transaction is known and rolled back on %s', (_, view) => {
  const db = connect(':memory:');
  db.exec('CREATE TABLE t (id)');
  const seen = view(db);
  expect(inTransaction(seen)).toBe(false);
  for (const begin of ['BEGIN', 'BEGIN IMMEDIATE', 'SAVEPOINT s']) {
    db.exec(`${begin}; INSERT INTO t VALUES (1)`);
    expect(inTransaction(seen)).toBe(true);
    expect(rollback(seen)).toBe(true);
    expect(inTransaction(seen)).toBe(false);
  }
  expect(rollback(seen)).toBe(false);
  expect(db.prepare('SELECT * FROM t').all()).toEqual([]);
});

test('a closed connection has nothing to roll back, and asking it is an error', () => {
  const db = connect(':memory:');
  db.close();
  expect(rollback(db)).toBe(false);
  expect(() => inTransaction(older(db))).toThrow('not open');
});
