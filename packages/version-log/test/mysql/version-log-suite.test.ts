import { versionLogSuite } from '@hearsay/testkit';
import { test } from 'vitest';
import { describeMysql, newDatabase, openLog, session } from './support.js';

describeMysql('the log on MySQL passes the suite', (server) => {
  const suite = versionLogSuite(async () => {
    const made = await newDatabase(server);
    await made.pool.query('CREATE TABLE item (name VARCHAR(64))');
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
