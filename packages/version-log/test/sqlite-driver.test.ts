import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { ConfigInvalidError } from '@hearsay/spi';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteLog, TransactionEndedError, WriteContendedError } from '../src/index.js';
import { isBusy } from '../src/sqlite.js';
import { SQLITE_DRIVERS } from '../src/sqlite-driver.js';
import { connectBetter } from './sqlite-session.js';
import { connect, ORIGIN, openLog, readScope, temporaryPath, versionOf } from './support.js';

/** Another process that holds the write lock, and goes on by steps. */
function holder(path: string, library: string, way: string) {
  const script = fileURLToPath(new URL('processes/hold-write-lock.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path, library, way], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const said = async (expected: string) => expect((await lines.next()).value).toBe(expected);
  return { said, goOn: () => child.stdin.write('\n') };
}

/** @returns whether another writer got in */
function writes(path: string): boolean {
  const db = connect(path);
  try {
    db.exec('BEGIN IMMEDIATE; INSERT INTO item VALUES (2); COMMIT');
    return true;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return false;
  } finally {
    db.close();
  }
}

async function prepared(mode: string): Promise<string> {
  const path = temporaryPath();
  connect(path).exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE item (id INTEGER)`);
  const log = await openSqliteLog({ path });
  await log.close();
  return path;
}

/** Why a log has the driver of its service: the counter-example. */
test('two SQLite libraries in one process let a second writer in, and lose a commit', async () => {
  const path = await prepared('wal');
  const { said, goOn } = holder(path, 'better-sqlite3', 'node:sqlite');
  await said('locked');
  expect(writes(path)).toBe(false);
  goOn();
  await said('looked');
  expect(writes(path)).toBe(true);
  goOn();
  await said('committed');
  expect(connect(path).prepare('SELECT id FROM item').all()).toHaveLength(1);
});

test.each(
  SQLITE_DRIVERS.flatMap((driver) => ['wal', 'delete'].map((mode) => [driver, mode] as const)),
)(
  'a log that is opened, polled and closed leaves the locks of its process alone (%s, %s)',
  async (driver, mode) => {
    const path = await prepared(mode);
    const { said, goOn } = holder(path, driver, 'log');
    await said('locked');
    goOn();
    await said('looked');
    expect(writes(path)).toBe(false);
    goOn();
    await said('committed');
    expect(connect(path).prepare('SELECT id FROM item').all()).toEqual([{ id: 1 }]);
  },
);

test('a connection of another library than the log’s is refused', async () => {
  const path = temporaryPath();
  const log = await openLog(path);
  const write = log.write(connectBetter(path), ORIGIN, () => undefined);
  await expect(write).rejects.toThrow(ConfigInvalidError);
  await expect(write).rejects.toThrow("driver: 'better-sqlite3'");
  await expect(openSqliteLog({ path, driver: 'sqlite3' as never })).rejects.toThrow(
    ConfigInvalidError,
  );
});

describe('a write over better-sqlite3', () => {
  async function open() {
    const path = temporaryPath();
    const log = await openLog(path, { driver: 'better-sqlite3', writeWaitMs: 50 });
    const db = connectBetter(path);
    db.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT)');
    return { path, log, db };
  }

  test('is committed with its invalidations, whatever numbers the connection returns', async () => {
    const { log, db } = await open();
    db.defaultSafeIntegers(true);
    for (const version of [1, 2]) {
      const written = await log.write(db, ORIGIN, (tx) => {
        db.prepare('INSERT INTO item (text) VALUES (?)').run('x');
        tx.invalidate('table', { key: 'k' });
        return 42;
      });
      expect(written.value).toBe(42);
      expect(written.announcements[0]?.place).toMatchObject({ logId: log.logId, version });
    }
    expect((await readScope(log))?.rows).toHaveLength(2);
    await log.append(ORIGIN, [{ scope: 'table' as never, target: { kind: 'scope', key: '' } }]);
    expect(await versionOf(log)).toBe(3);
  });

  test('that fails leaves nothing', async () => {
    const { log, db } = await open();
    const thrown = log.write(db, ORIGIN, (tx) => {
      tx.invalidate('table', { key: 'k' });
      throw new Error('boom');
    });
    await expect(thrown).rejects.toThrow('boom');
    const ended = log.write(db, ORIGIN, (tx) => {
      tx.invalidate('table', { key: 'k' });
      db.exec('ROLLBACK');
    });
    await expect(ended).rejects.toThrow(TransactionEndedError);
    expect(db.inTransaction).toBe(false);
    expect(await versionOf(log)).toBe(0);
  });

  test('gives up after its time and says to retry', async () => {
    const { path, log, db } = await open();
    const other = connectBetter(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(log.write(db, ORIGIN, () => undefined)).rejects.toThrow(WriteContendedError);
    other.exec('ROLLBACK');
    await log.write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
  });
});

describe.each(SQLITE_DRIVERS)('a full disk (%s)', (driver) => {
  test('is an error of its own, rolls back, and the log goes on', async () => {
    const path = temporaryPath();
    const log = await openLog(path, { driver });
    const db = driver === 'node:sqlite' ? connect(path) : connectBetter(path);
    db.exec('PRAGMA max_page_count = 1');
    const write = log.write(db as never, ORIGIN, (tx) => {
      for (let i = 0; i < 4000; i++) tx.invalidate('table', { key: `${'k'.repeat(900)}/${i}` });
    });
    await expect(write).rejects.toMatchObject({ code: 'HEARSAY_DATABASE_FULL' });
    expect(await versionOf(log)).toBe(0);
    db.exec('PRAGMA max_page_count = 1000000');
    await log.write(db as never, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
    expect(await versionOf(log)).toBe(1);
  });
});
