import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { LIMITS, LogUnavailableError, scopeOf } from '@hearsay/spi';
import { expect, test } from 'vitest';
import { schemaSql } from '../src/index.js';
import { ANSWER_BYTES_MAX } from '../src/worker/read.js';
import {
  connect,
  expectChain,
  ORIGIN,
  openLog,
  openWithUser,
  readScope,
  START,
  TABLE,
  temporaryPath,
  versionOf,
} from './support.js';

const invalidateOne = (tx: { invalidate(scope: string, target: { key: string }): void }) =>
  tx.invalidate('table', { key: 'k' });

test('what the user has open on a connection of this process is not seen before its commit (L3)', async () => {
  const { log, db } = await openWithUser();
  await log.write(db, ORIGIN, invalidateOne);
  db.exec('BEGIN IMMEDIATE');
  db.exec('UPDATE hearsay_scope SET version = 99');
  expect(await versionOf(log)).toBe(1);
  db.exec('COMMIT');
  expect(await versionOf(log)).toBe(99);
});

test('a scope that was created ahead is there at 0; creating it again changes nothing (L6)', async () => {
  const { log, db } = await openWithUser();
  await log.ensureScopes(['table', 'table']);
  expect(await readScope(log)).toEqual({ scope: TABLE, head: START, floor: 0, rows: [] });
  await log.write(db, ORIGIN, invalidateOne);
  await log.ensureScopes(['table']);
  expect(await versionOf(log)).toBe(1);
});

test('a malformed name among the scopes creates none', async () => {
  const { log } = await openWithUser();
  await expect(log.ensureScopes(['table', 'Bad Name'])).rejects.toThrow('Bad Name');
  expect(await readScope(log)).toBeUndefined();
});

test('an answer too big stops early, has a row for every scope that lags, and going on completes it', async () => {
  const { log, db } = await openWithUser();
  const [a, b] = [scopeOf('a'), scopeOf('b')];
  const rows = Math.ceil(ANSWER_BYTES_MAX / LIMITS.keyBytesMax) + 1;
  db.exec(`INSERT INTO hearsay_scope VALUES ('a', ${rows}, printf('%016x', ${rows}), 0);
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${rows})
    INSERT INTO hearsay_log SELECT 'a', n, printf('%016x', n), printf('%016x', n - 1), 'key',
      printf('%0${LIMITS.keyBytesMax}d', n), '', 0 FROM number`);
  await log.write(db, ORIGIN, (tx) => tx.invalidate('b', { key: 'k' }));

  const positions = new Map([a, b].map((scope) => [scope, START]));
  const { readings } = await log.poll({ positions, rowsMax: 65_536 });
  expect(readings.map(({ scope }) => scope)).toEqual([a, b]);
  expect(readings[1]?.rows).toHaveLength(1);
  let end = expectChain(START, readings[0]?.rows ?? []);
  expect(end.version).toBeLessThan(rows);
  while (end.version < rows) {
    const more = (await readScope(log, a, end))?.rows ?? [];
    expect(more).not.toEqual([]);
    end = expectChain(end, more);
  }
});

test('a restored backup is read at once, and its chain does not match (L1)', async () => {
  const { path, log, db } = await openWithUser();
  await log.write(db, ORIGIN, invalidateOne);
  db.exec(`VACUUM INTO '${path}.backup'`);
  const lost = await log.write(db, ORIGIN, invalidateOne);
  db.close();
  renameSync(`${path}.backup`, path);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });

  const restored = connect(path);
  await log.write(restored, ORIGIN, invalidateOne);
  const reading = await readScope(log, TABLE, lost.positions[0]);
  expect(reading?.head.version).toBe(2);
  expect(reading?.head.appendId).not.toBe(lost.positions[0]?.appendId);
  await log.write(restored, ORIGIN, invalidateOne);
  const { rows } = (await readScope(log, TABLE, lost.positions[0])) ?? { rows: [] };
  expect(rows[0]).toMatchObject({ version: 3 });
  expect(rows[0]?.prevId).not.toBe(lost.positions[0]?.appendId);
});

test('another log under the same path says its own name (L8)', async () => {
  const { path, log } = await openWithUser();
  const other = connect(`${path}.other`);
  other.exec(schemaSql());
  const logId = other.prepare('SELECT log_id FROM hearsay_meta').get()?.['log_id'];
  other.close();
  renameSync(`${path}.other`, path);
  const answer = await log.poll({ positions: new Map(), rowsMax: 1 });
  expect(answer.logId).toBe(logId);
  expect(answer.logId).not.toBe(log.logId);
});

test('while the file is gone, foreign or without a log polls and appends fail and change nothing; then they go on', async () => {
  const path = temporaryPath();
  const log = await openLog(path);
  const { logId } = log;
  renameSync(path, `${path}.away`);
  await expect(versionOf(log)).rejects.toThrow(LogUnavailableError);
  await expect(log.ensureScopes(['table'])).rejects.toThrow(LogUnavailableError);
  await expect(versionOf(log)).rejects.toThrow('gone');
  const invalidation = { scope: TABLE, target: { kind: 'key', key: 'k' } } as const;
  await expect(log.append(ORIGIN, [invalidation])).rejects.toThrow(LogUnavailableError);
  expect(existsSync(path), 'no file is made').toBe(false);

  writeFileSync(path, 'rubbish');
  await expect(versionOf(log)).rejects.toThrow(LogUnavailableError);
  rmSync(path);
  mkdirSync(path);
  await expect(versionOf(log)).rejects.toThrow(LogUnavailableError);
  rmSync(path, { recursive: true });
  connect(path).exec('CREATE TABLE t (id)');
  await expect(versionOf(log)).rejects.toThrow('holds no log');

  rmSync(path);
  renameSync(`${path}.away`, path);
  expect((await log.poll({ positions: new Map(), rowsMax: 1 })).logId).toBe(logId);
});

test('tables that vanish make polls fail until they are back', async () => {
  const { log, db } = await openWithUser();
  await log.write(db, ORIGIN, invalidateOne);
  db.exec('ALTER TABLE hearsay_log RENAME TO hidden');
  await expect(versionOf(log)).rejects.toThrow(LogUnavailableError);
  db.exec('ALTER TABLE hidden RENAME TO hearsay_log');
  expect(await versionOf(log)).toBe(1);
});

test('a poll that a lock holds up for too long fails, and the next ones go on (L3)', async () => {
  const path = temporaryPath();
  const user = connect(path);
  user.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT)');
  const log = await openLog(path, { pollTimeoutMs: 40 });
  user.exec('BEGIN EXCLUSIVE');
  await expect(versionOf(log)).rejects.toThrow(LogUnavailableError);
  user.exec('COMMIT');
  // The poll before may still be under way in the worker.
  for (;;) {
    const version = await versionOf(log).catch(() => undefined);
    if (version === undefined) continue;
    expect(version).toBe(0);
    break;
  }
});

test('a poll writes nothing', async () => {
  const { log, db } = await openWithUser();
  await log.write(db, ORIGIN, invalidateOne);
  const changes = () => db.prepare('PRAGMA data_version').get();
  const before = changes();
  await versionOf(log);
  expect(changes()).toEqual(before);
});
