import { versionLogSuite } from '@hearsay/testkit';
import { test } from 'vitest';
import { describePostgres, newSchema, openLog, session } from './support.js';

describePostgres('the log on PostgreSQL passes the suite', () => {
  const suite = versionLogSuite(async () => {
    const made = await newSchema();
    await made.pool.query('CREATE TABLE item (name text)');
    return {
      log: await openLog(made),
      oneWriter: false,
      open: () => openLog(made),
      connect: () => session(made),
      close: async () => undefined,
    };
  });
  for (const { name, run } of suite) test(name, run);
});
