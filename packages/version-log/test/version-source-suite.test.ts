import { versionSourceSuite } from '@hearsay/testkit';
import { describe, test } from 'vitest';
import { openSqliteLog } from '../src/index.js';
import { connect, ORIGIN, temporaryPath } from './support.js';

describe('the SQLite log is a version source', () => {
  const suite = versionSourceSuite(async () => {
    const path = temporaryPath();
    const source = await openSqliteLog({ path });
    const db = connect(path);
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
