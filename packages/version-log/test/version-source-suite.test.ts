import { leaseStoreSuite, versionSourceSuite } from '@hearsay/testkit';
import { describe, test } from 'vitest';
import { openSqliteLog } from '../src/index.js';
import { SQLITE_DRIVERS } from '../src/sqlite-driver.js';
import { connectBetter } from './sqlite-session.js';
import { connect, ORIGIN, temporaryPath } from './support.js';

describe.each(SQLITE_DRIVERS)('the SQLite log (%s) is a version source', (driver) => {
  const suite = versionSourceSuite(async () => {
    const path = temporaryPath();
    const source = await openSqliteLog({ path, driver });
    const db = driver === 'node:sqlite' ? connect(path) : connectBetter(path);
    return {
      source,
      append: (scope, targets) =>
        source.write(db, ORIGIN, (tx) => {
          for (const target of targets) tx.invalidate(scope, target);
        }),
      prune: (scope, keepRows) => source.prune({ scope, keepRows }),
      close: () => source.close(),
    };
  });
  for (const { name, run } of suite) test(name, run);
});

describe('the SQLite log (better-sqlite3) has a lease store', () => {
  const suite = leaseStoreSuite(async () => {
    const log = await openSqliteLog({ path: temporaryPath(), driver: 'better-sqlite3' });
    return { leases: log.leases, source: log, close: () => log.close() };
  });
  for (const { name, run } of suite) test(name, run);
});
