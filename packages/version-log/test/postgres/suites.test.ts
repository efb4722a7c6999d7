import { leaseStoreSuite, versionSourceSuite } from '@hearsay/testkit';
import { test } from 'vitest';
import { ORIGIN } from '../support.js';
import { describePostgres, newSchema, openLog } from './support.js';

async function open() {
  const made = await newSchema();
  return { pool: made.pool, log: await openLog(made) };
}

describePostgres('the PostgreSQL log is a version source', () => {
  const suite = versionSourceSuite(async () => {
    const { pool, log } = await open();
    return {
      source: log,
      append: (scope, targets) =>
        log.write(pool, ORIGIN, (tx) => {
          for (const target of targets) tx.invalidate(scope, target);
        }),
      prune: (scope, keepRows) => log.prune({ scope, keepRows }),
      close: () => log.close(),
    };
  });
  for (const { name, run } of suite) test(name, run);
});

describePostgres('the PostgreSQL log has a lease store', () => {
  const suite = leaseStoreSuite(async () => {
    const { log } = await open();
    return { leases: log.leases, source: log, close: () => log.close() };
  });
  for (const { name, run } of suite) test(name, run);
});
