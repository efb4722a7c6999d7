import { leaseStoreSuite, versionSourceSuite } from '@hearsay/testkit';
import { test } from 'vitest';
import { ORIGIN } from '../support.js';
import { describeMysql, newDatabase, openLog } from './support.js';

describeMysql('the MySQL log is a version source', (server) => {
  const suite = versionSourceSuite(async () => {
    const made = await newDatabase(server);
    const { pool } = made;
    const log = await openLog(made);
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

describeMysql('the MySQL log has a lease store', (server) => {
  const suite = leaseStoreSuite(async () => {
    const log = await openLog(await newDatabase(server));
    return { leases: log.leases, source: log, close: () => log.close() };
  });
  for (const { name, run } of suite) test(name, run);
});
