import { versionLogSuite } from '@hearsay/testkit';
import { describe, test } from 'vitest';
import { openSqliteLog } from '../src/index.js';
import { SQLITE_DRIVERS } from '../src/sqlite-driver.js';
import { sqliteSession } from './sqlite-session.js';
import { temporaryPath } from './support.js';

describe.each(SQLITE_DRIVERS)('the log on SQLite (%s) passes the suite', (driver) => {
  const suite = versionLogSuite(async () => {
    const path = temporaryPath();
    const log = await openSqliteLog({ path, driver });
    const logs = [log];
    await sqliteSession(driver, path).query('CREATE TABLE item (name TEXT)', []);
    return {
      log,
      oneWriter: true,
      open: async () => {
        const other = await openSqliteLog({ path, driver });
        logs.push(other);
        return other;
      },
      connect: async () => sqliteSession(driver, path),
      close: async () => {
        for (const each of logs) await each.close();
      },
    };
  });
  for (const { name, run } of suite) test(name, run);
});
