import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import {
  type ChainHead,
  type Epoch,
  GENESIS,
  type LogRow,
  type NodeName,
  type Origin,
  type Scope,
  type ScopeReading,
  scopeOf,
  VERSION_ZERO,
  type VersionSource,
} from '@hearsay/spi';
import { expect, onTestFinished } from 'vitest';
import { openSqliteLog, type SqliteLogOptions, type SqliteVersionLog } from '../src/index.js';

export const ORIGIN: Origin = { node: 'n1' as NodeName, epoch: '00000000000000aa' as Epoch };
export const START: ChainHead = { version: VERSION_ZERO, appendId: GENESIS };
export const TABLE: Scope = scopeOf('table');

/** A new directory that goes when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hearsay-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function temporaryPath(): string {
  return join(temporaryDirectory(), 'data.db');
}

export async function openLog(
  path: string,
  options: Partial<SqliteLogOptions> = {},
): Promise<SqliteVersionLog> {
  const log = await openSqliteLog({ path, ...options });
  onTestFinished(() => log.close());
  return log;
}

export function connect(path: string, options: DatabaseSyncOptions = {}): DatabaseSync {
  const db = new DatabaseSync(path, options);
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  return db;
}

/** A log with a connection of its user, who has a table `item(id, text)`. */
export async function openWithUser(options: Partial<SqliteLogOptions> = {}) {
  const path = temporaryPath();
  const log = await openLog(path, options);
  const db = connect(path);
  db.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT)');
  return { path, log, db };
}

export async function readScope(
  source: VersionSource,
  scope: Scope = TABLE,
  position: ChainHead | undefined = START,
  rowsMax = 65_536,
): Promise<ScopeReading | undefined> {
  const { readings } = await source.poll({ positions: new Map([[scope, position]]), rowsMax });
  return readings[0];
}

export async function versionOf(source: VersionSource, scope: Scope = TABLE): Promise<number> {
  return (await readScope(source, scope))?.head.version ?? 0;
}

/** @returns the end of the rows, which must follow `start` without a gap, each linked to the one before (rule L1) */
export function expectChain(start: ChainHead, rows: readonly LogRow[]): ChainHead {
  let end = start;
  for (const row of rows) {
    expect(row).toMatchObject({ version: end.version + 1, prevId: end.appendId });
    end = { version: row.version, appendId: row.appendId };
  }
  return end;
}

export function countItems(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS n FROM item').get()?.['n']);
}
