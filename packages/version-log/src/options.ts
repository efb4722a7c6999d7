import { resolve } from 'node:path';
import { ConfigInvalidError, checkFields } from '@hearsay/spi';
import { SQLITE_DRIVERS, type SqliteDriver } from './sqlite-driver.js';
import { TABLE_PREFIX_DEFAULT, tablePrefixOf } from './tables.js';

export interface SqliteLogOptions {
  /** The database file that the service keeps its data in; it may not exist yet. Never `:memory:`. */
  readonly path: string;
  /**
   * The library that the service itself opens the file with; `node:sqlite` by default. Two of them in
   * one process undo each other's locks.
   */
  readonly driver?: SqliteDriver;
  /** 1 … 32 of a-z, 0-9, `_`; `hearsay_` by default. */
  readonly tablePrefix?: string;
  /** How long a poll may take, 1 … 600,000; 2,000 by default. */
  readonly pollTimeoutMs?: number;
  /** How long a write tries for the write lock, 1 … 600,000; 5,000 by default. */
  readonly writeWaitMs?: number;
  /** How long a node is discovered without announcing itself, 1,000 … 86,400,000; 60,000 by default. */
  readonly discoveryWindowMs?: number;
}

const FIELDS: Record<keyof SqliteLogOptions, true> = {
  path: true,
  driver: true,
  tablePrefix: true,
  pollTimeoutMs: true,
  writeWaitMs: true,
  discoveryWindowMs: true,
};

/** @throws {ConfigInvalidError} names the option and its range */
export function validOptions(options: SqliteLogOptions): Required<SqliteLogOptions> {
  checkFields(options, 'sqlite.', FIELDS);
  return {
    path: pathOf(options.path),
    driver: driverOf(options.driver ?? 'node:sqlite'),
    tablePrefix: tablePrefixOf(options.tablePrefix ?? TABLE_PREFIX_DEFAULT),
    pollTimeoutMs: integerWithin('pollTimeoutMs', options.pollTimeoutMs ?? 2000, 1, 600_000),
    writeWaitMs: integerWithin('writeWaitMs', options.writeWaitMs ?? 5000, 1, 600_000),
    discoveryWindowMs: integerWithin(
      'discoveryWindowMs',
      options.discoveryWindowMs ?? 60_000,
      1000,
      86_400_000,
    ),
  };
}

/** @throws {ConfigInvalidError} unless `value` is an integer from `min` to `max` */
export function integerWithin(name: string, value: number, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw new ConfigInvalidError(`${name} is ${value}: use an integer from ${min} to ${max}`);
  return value;
}

function driverOf(driver: SqliteDriver): SqliteDriver {
  if (SQLITE_DRIVERS.includes(driver)) return driver;
  throw new ConfigInvalidError(`driver ${driver} is unknown: use ${SQLITE_DRIVERS.join(' or ')}`);
}

function pathOf(path: string): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw new ConfigInvalidError('path is not valid: name the database file');
  if (path === ':memory:' || path.startsWith('file:'))
    throw new ConfigInvalidError(`path ${path} is not a plain file: processes could not share it`);
  return resolve(path);
}
