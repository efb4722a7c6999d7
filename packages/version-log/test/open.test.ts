import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigInvalidError, LogUnavailableError } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import {
  LogFileForeignError,
  LogFileUnreadableError,
  LogSchemaNewerError,
  openSqliteLog,
  SCHEMA_VERSION,
  type SqliteLogOptions,
  schemaSql,
} from '../src/index.js';
import { runScript } from './processes/run-script.js';
import { connect, openLog, readScope, temporaryDirectory, temporaryPath } from './support.js';

/** The refusal of what opens; the file and its directory must be as they were. */
async function refusal(path: string, options: Partial<SqliteLogOptions> = {}): Promise<unknown> {
  const before = existsSync(path) ? readFileSync(path) : undefined;
  const files = readdirSync(dirname(path));
  const error = await openSqliteLog({ path, ...options }).catch((reason: unknown) => reason);
  expect(existsSync(path) ? readFileSync(path) : undefined).toEqual(before);
  expect(readdirSync(dirname(path))).toEqual(files);
  expect(String((error as Error).message)).not.toContain('\n');
  return error;
}

/** Runs SQL in a new database file and closes it. */
function databaseWith(sql: string): string {
  const path = temporaryPath();
  const db = connect(path);
  db.exec(sql);
  db.close();
  return path;
}

describe('a file that is refused is left byte for byte as it was', () => {
  test.each(['x', 'This is no database, but it is longer than a header.'])(
    'not SQLite: %s',
    async (text) => {
      const path = temporaryPath();
      writeFileSync(path, text);
      expect(await refusal(path)).toBeInstanceOf(LogFileForeignError);
    },
  );

  test('a SQLite header with rubbish behind it', async () => {
    const path = temporaryPath();
    writeFileSync(path, `SQLite format 3\0${'rubbish'.repeat(1000)}`);
    expect(await refusal(path)).toBeInstanceOf(LogFileForeignError);
  });

  test.each(['delete', 'wal'])('tables of our prefix that are not ours (%s)', async (mode) => {
    const path = databaseWith(`PRAGMA journal_mode = ${mode}; CREATE TABLE hearsay_log (id)`);
    expect(await refusal(path)).toBeInstanceOf(LogFileForeignError);
    await openLog(path, { tablePrefix: 'other_' });
  });

  test('a table of ours that lacks a column', async () => {
    const path = databaseWith(`${schemaSql()} ALTER TABLE hearsay_lease DROP COLUMN lease_ms`);
    expect(await refusal(path)).toBeInstanceOf(LogFileForeignError);
  });

  test('a view where a table should be', async () => {
    const path = databaseWith('CREATE VIEW hearsay_meta AS SELECT 1 AS schema_version');
    expect(await refusal(path)).toBeInstanceOf(LogFileForeignError);
  });

  test('no log_id in the meta table', async () => {
    const path = databaseWith(`${schemaSql()} DELETE FROM hearsay_meta`);
    expect(await refusal(path)).toBeInstanceOf(LogFileForeignError);
  });

  test.each(['delete', 'wal'])(
    'a schema one version newer, whatever else it has (%s)',
    async (mode) => {
      const path = databaseWith(
        `PRAGMA journal_mode = ${mode}; ${schemaSql()} DROP TABLE hearsay_lease;
       UPDATE hearsay_meta SET schema_version = ${SCHEMA_VERSION + 1}`,
      );
      expect(await refusal(path)).toBeInstanceOf(LogSchemaNewerError);
    },
  );
});

describe('a path that cannot hold the log is refused', () => {
  test('its directory is missing', async () => {
    const path = join(temporaryDirectory(), 'missing', 'data.db');
    await expect(openSqliteLog({ path })).rejects.toThrow(LogFileUnreadableError);
    expect(existsSync(dirname(path))).toBe(false);
  });

  test('its directory is a file', async () => {
    const file = temporaryPath();
    writeFileSync(file, '');
    await expect(openSqliteLog({ path: join(file, 'data.db') })).rejects.toThrow(
      LogFileUnreadableError,
    );
  });

  test('it is a directory', async () => {
    const path = temporaryPath();
    mkdirSync(path);
    await expect(openSqliteLog({ path })).rejects.toThrow(LogFileUnreadableError);
  });

  test('its directory takes no new files', async () => {
    // Not even root can create a file there.
    await expect(openSqliteLog({ path: '/proc/hearsay.db' })).rejects.toThrow(
      LogFileUnreadableError,
    );
  });

  test('it may not be read or written', async () => {
    const path = databaseWith('CREATE TABLE t (id)');
    chmodSync(dirname(path), 0o755);
    const open = await openForEveryone();
    for (const mode of [0o200, 0o400]) {
      chmodSync(path, mode);
      await expect(unprivileged(() => open({ path }))).rejects.toMatchObject({
        code: new LogFileUnreadableError('').code,
      });
    }
  });
});

test.each<[string, Partial<SqliteLogOptions>]>([
  ['an empty path', { path: '' }],
  ['a database in memory', { path: ':memory:' }],
  ['a URI', { path: 'file:data.db' }],
  ['a bad prefix', { tablePrefix: 'a b' }],
  ['no time for polls', { pollTimeoutMs: 0 }],
  ['a poll timeout one above', { pollTimeoutMs: 600_001 }],
  ['no time for writes', { writeWaitMs: 0 }],
  ['a window one below', { discoveryWindowMs: 999 }],
])('%s is refused before anything is opened', async (_, options) => {
  const path = temporaryPath();
  const error = await openSqliteLog({ path, ...options }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigInvalidError);
  expect(existsSync(path)).toBe(false);
});

test('a new database is set to WAL; one with tables keeps its journal mode', async () => {
  expect((await openLog(temporaryPath())).journalMode).toBe('wal');
  const emptyFile = temporaryPath();
  writeFileSync(emptyFile, '');
  expect((await openLog(emptyFile)).journalMode).toBe('wal');
  expect((await openLog(databaseWith('CREATE TABLE t (id)'))).journalMode).toBe('delete');
});

/** Root may read everything; user `nobody` may not. */
async function unprivileged<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

/** The built package, copied to where every user may read it: the checkout may be closed to others. */
async function openForEveryone(): Promise<typeof openSqliteLog> {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o755);
  for (const name of ['spi', 'version-log'])
    for (const part of ['package.json', 'dist'])
      cpSync(
        join(import.meta.dirname, '..', '..', name, part),
        join(directory, 'node_modules', '@hearsay', name, part),
        { recursive: true },
      );
  const entry = join(directory, 'node_modules', '@hearsay', 'version-log', 'dist', 'index.js');
  const { openSqliteLog: open } = await import(pathToFileURL(entry).href);
  return open;
}

test('opening again finds the same log', async () => {
  const path = temporaryPath();
  const first = await openLog(path);
  await first.close();
  expect((await openLog(path)).logId).toBe(first.logId);
});

test('two prefixes in one file are two logs', async () => {
  const path = temporaryPath();
  const [one, two] = [await openLog(path), await openLog(path, { tablePrefix: 'two_' })];
  expect(one.logId).not.toBe(two.logId);
  await one.ensureScopes(['table']);
  expect(await readScope(two)).toBeUndefined();
});

test.each(['a new file', 'a database that a service uses'])(
  'ten processes that open %s at once find one log',
  async (what) => {
    const path = what === 'a new file' ? temporaryPath() : databaseWith('CREATE TABLE t (id)');
    const runs = Array.from({ length: 10 }, () => runScript('open-log.ts', [path]));
    const logIds = (await Promise.all(runs)).map(({ stdout }) => stdout);
    expect(new Set(logIds).size).toBe(1);
    expect((await openLog(path)).logId).toBe(logIds[0]?.trim());
  },
);

test('a closed log refuses and closes again', async () => {
  const log = await openLog(temporaryPath());
  await log.close();
  await log.close();
  await expect(log.ensureScopes(['table'])).rejects.toThrow(LogUnavailableError);
  await expect(log.discovery.discover()).rejects.toThrow(LogUnavailableError);
});
