import { type LogUnderTest, type VersionLogSubject, versionLogSuite } from '@hearsay/testkit';
import { describe, expect, test } from 'vitest';
import { openSqliteLog } from '../src/index.js';
import { sqliteSession } from './sqlite-session.js';
import { temporaryPath } from './support.js';

type Break = (log: LogUnderTest) => Partial<LogUnderTest>;

/** What a log in a database may get wrong; the suite must notice each. */
const BREAKS: Record<string, Break> = {
  'an append that is committed by itself': (log) => ({
    appendInTransaction: async (tx, origin, invalidations) => {
      await tx.query('COMMIT', []);
      const appended = await log.append(origin, invalidations);
      await tx.query('BEGIN', []);
      return appended;
    },
  }),
  'an append that only says that it was done': (log) => ({
    appendInTransaction: async (tx, origin, invalidations) => {
      await tx.query('SAVEPOINT undo', []);
      const appended = await log.appendInTransaction(tx, origin, invalidations);
      await tx.query('ROLLBACK TO undo', []);
      return appended;
    },
  }),
  'a prune that keeps all': () => ({ prune: async () => ({ pruned: 0 }) }),
  'nodes that stay': ({ discovery }) => ({
    discovery: {
      name: discovery.name,
      discover: () => discovery.discover(),
      announce: async (self) => discovery.announce?.(self),
    },
  }),
  'polls that leave out the last row': (log) => ({
    poll: async (request) => {
      const answer = await log.poll(request);
      const readings = answer.readings.map((each) => ({ ...each, rows: each.rows.slice(0, -1) }));
      return { ...answer, readings };
    },
  }),
};

async function subject(broken: Break): Promise<VersionLogSubject> {
  const path = temporaryPath();
  const log = await openSqliteLog({ path });
  await sqliteSession('node:sqlite', path).query('CREATE TABLE item (name TEXT)', []);
  const changed = new Proxy<LogUnderTest>(log, {
    get: (target, name) => {
      const changes = broken(target) as Record<PropertyKey, unknown>;
      const value = changes[name] ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    log: changed,
    oneWriter: true,
    open: async () => changed,
    connect: async () => sqliteSession('node:sqlite', path),
    close: () => log.close(),
  };
}

describe('the suite for version logs notices', () => {
  for (const [name, broken] of Object.entries(BREAKS))
    test(name, async () => {
      for (const { run } of versionLogSuite(() => subject(broken))) {
        const outcome = await run().then(
          () => 'passed',
          () => 'failed',
        );
        if (outcome === 'failed') return;
      }
      expect.unreachable('every case passed');
    });
});
