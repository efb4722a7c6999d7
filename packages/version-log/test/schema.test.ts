import { ConfigInvalidError } from '@hearsay/spi';
import { expect, test } from 'vitest';
import { schemaSql } from '../src/index.js';
import { tablesOf } from '../src/schema.js';
import { tablePrefixOf } from '../src/tables.js';
import { inspectLog } from '../src/worker/inspect.js';
import { connect, openLog, temporaryPath, versionOf } from './support.js';

test('the printed schema is the one that a log needs, and running it twice changes nothing', async () => {
  const path = temporaryPath();
  const db = connect(path);
  db.exec(schemaSql());
  const before = db.prepare('SELECT * FROM hearsay_meta').all();
  db.exec(schemaSql());
  expect(db.prepare('SELECT * FROM hearsay_meta').all()).toEqual(before);
  expect(inspectLog(db, path, 'hearsay_')).toBe('ready');
  const log = await openLog(path);
  expect(log.logId).toBe(before[0]?.['log_id']);
  expect(await versionOf(log)).toBe(0);
});

test('every table of the schema is known by its columns', () => {
  const db = connect(':memory:');
  db.exec(schemaSql('x_'));
  const made = db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .all();
  expect(made.map((row) => row['name'])).toEqual([...tablesOf('x_').keys()].sort());
});

test('a table prefix is 1 to 32 characters that need no quotes', () => {
  for (const prefix of ['h', 'hearsay_', `a${'1'.repeat(31)}`])
    expect(tablePrefixOf(prefix)).toBe(prefix);
  for (const prefix of ['', 'A', '1a', '_a', 'a-b', 'a b', 'a"', 'sqlite_x', `a${'1'.repeat(32)}`])
    expect(() => tablePrefixOf(prefix), prefix).toThrow(ConfigInvalidError);
});
