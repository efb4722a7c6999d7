import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { kyselyDatabase, LogTablesMissingError } from '../../src/index.js';
import { connectBetter } from '../sqlite-session.js';
import { ORIGIN, openLog, temporaryPath, versionOf } from '../support.js';

function through(path: string) {
  const kysely = new Kysely<object>({
    dialect: new SqliteDialect({ database: new Database(path) }),
  });
  onTestFinished(() => kysely.destroy());
  return kyselyDatabase(kysely);
}

const driver = 'better-sqlite3';

test('another SQLite library than the log’s is refused (decision 0016)', async () => {
  const path = temporaryPath();
  const log = await openLog(path);
  const write = log.write(through(path), ORIGIN, async () => expect.unreachable());
  await expect(write).rejects.toThrow('not of the SQLite library node:sqlite');
});

test('a file outside WAL mode is refused, where readers could refuse its COMMIT', async () => {
  const path = temporaryPath();
  connectBetter(path).exec('PRAGMA journal_mode = delete; CREATE TABLE t (id)');
  const log = await openLog(path, { driver });
  const write = log.write(through(path), ORIGIN, async () => expect.unreachable());
  await expect(write).rejects.toThrow('needs WAL mode');
});

test('a file without the log’s tables is refused', async () => {
  const log = await openLog(temporaryPath(), { driver });
  const write = log.write(through(temporaryPath()), ORIGIN, async () => expect.unreachable());
  await expect(write).rejects.toThrow(LogTablesMissingError);
});

test('the busy timeout of the connection is the caller’s again in the callback', async () => {
  const path = temporaryPath();
  const log = await openLog(path, { driver });
  const database = new Database(path, { timeout: 1234 });
  const kysely = new Kysely<object>({ dialect: new SqliteDialect({ database }) });
  onTestFinished(() => kysely.destroy());
  await log.write(kyselyDatabase(kysely), ORIGIN, async (tx) => {
    tx.invalidate('table', { key: 'k' });
    expect(database.pragma('busy_timeout', { simple: true })).toBe(1234);
  });
  expect(await versionOf(log)).toBe(1);
});
