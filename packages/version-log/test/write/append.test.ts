import type { DatabaseSync } from 'node:sqlite';
import {
  type AppliedPosition,
  BatchTooLargeError,
  databaseIncarnationOf,
  invalidationOf,
  LIMITS,
  type Scope,
  scopeOf,
  type TargetInput,
} from '@hearsay/spi';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  appendToLog,
  schemaSql,
  TransactionMissingError,
  WriteContendedError,
} from '../../src/index.js';
import { prepare } from '../../src/sqlite.js';
import { LogReader } from '../../src/worker/read.js';
import {
  connect,
  expectChain,
  ORIGIN,
  openWithUser,
  readScope,
  START,
  versionOf,
} from '../support.js';

const ONE = [invalidationOf('table', { key: 'k' })];

/** Steps of one connection: an append of some scopes, in a transaction that stays or goes. */
const steps = fc.array(
  fc.record({
    scopes: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }),
    keys: fc.array(fc.constantFrom('k1', 'k2', 'k3'), { minLength: 5, maxLength: 5 }),
    commits: fc.boolean(),
  }),
  { maxLength: 12 },
);

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

/** @returns what the step appends, in order and without repeats */
function pairsOf({ scopes, keys }: Step): [scope: string, key: string][] {
  const pairs = scopes.map((scope, i): [string, string] => [scope, keys[i] ?? 'k1']);
  return [...new Map(pairs.map((pair) => [pair.join(' '), pair])).values()];
}

/** @returns the heads that the step says there are now, if it is committed */
function runStep(db: DatabaseSync, step: Step): readonly AppliedPosition[] {
  const { scopes, keys, commits } = step;
  const all = scopes.map((scope, i) => invalidationOf(scope, { key: keys[i] ?? 'k1' }));
  db.exec('BEGIN IMMEDIATE');
  const { positions } = appendToLog(db, 'hearsay_', ORIGIN, all);
  db.exec(commits ? 'COMMIT' : 'ROLLBACK');
  return commits ? positions : [];
}

test('whatever is appended and rolled back, each scope is one gapless chain of what was committed (L1)', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const db = connect(':memory:');
      db.exec(schemaSql());
      const reader = new LogReader(
        db,
        (sql) => prepare(db, sql),
        'hearsay_',
        databaseIncarnationOf('test'),
      );
      const heads = new Map(all.flatMap((step) => runStep(db, step)).map((p) => [p.scope, p]));
      const committed = all.filter((step) => step.commits).flatMap(pairsOf);
      const scopes = ['a', 'b', 'c'].map(scopeOf);
      const positions = new Map(scopes.map((scope) => [scope, START]));
      const { readings } = reader.read({ positions, rowsMax: 1000 });
      expect(readings.map(({ scope }) => scope).sort()).toEqual([...heads.keys()].sort());
      for (const { scope, head, rows } of readings) {
        expect(heads.get(scope)).toMatchObject(head);
        expect(expectChain(START, rows)).toEqual(head);
        const keys = committed.filter((pair) => pair[0] === scope).map((pair) => pair[1]);
        expect(rows.map((row) => row.target.key)).toEqual(keys);
      }
      db.close();
    }),
    { numRuns: 60 },
  );
});

test('the numbers of a rollback come again with other links (L1)', () => {
  const db = connect(':memory:');
  db.exec(schemaSql());
  const places = ['ROLLBACK', 'COMMIT'].map((end) => {
    db.exec('BEGIN');
    const { announcements } = appendToLog(db, 'hearsay_', ORIGIN, ONE);
    db.exec(end);
    return announcements[0]?.place;
  });
  expect(places[0]?.version).toBe(places[1]?.version);
  expect(places[0]?.appendId).not.toBe(places[1]?.appendId);
});

test('without an open transaction nothing is appended', async () => {
  const { log, db } = await openWithUser();
  expect(() => appendToLog(db, 'hearsay_', ORIGIN, ONE)).toThrow(TransactionMissingError);
  expect(await versionOf(log)).toBe(0);
});

test('a transaction that read before another wrote is told to retry (L6)', async () => {
  const { path, log, db } = await openWithUser();
  db.exec('BEGIN');
  db.prepare('SELECT * FROM item').all();
  await log.write(connect(path), ORIGIN, (tx) => tx.invalidate('table', { key: 'first' }));
  expect(() => appendToLog(db, 'hearsay_', ORIGIN, ONE)).toThrow(WriteContendedError);
  db.exec('ROLLBACK');
  expect((await readScope(log))?.rows).toHaveLength(1);
});

test(`an append takes ${LIMITS.batchEventsMax} invalidations and not one more`, () => {
  const db = connect(':memory:');
  db.exec(`${schemaSql()} BEGIN`);
  const batch = Array.from({ length: LIMITS.batchEventsMax + 1 }, (_, i) =>
    invalidationOf('table', { key: `k${i}` }),
  );
  expect(() => appendToLog(db, 'hearsay_', ORIGIN, batch)).toThrow(BatchTooLargeError);
  expect(db.prepare('SELECT * FROM hearsay_scope').all()).toEqual([]);
  expect(appendToLog(db, 'hearsay_', ORIGIN, batch.slice(1)).announcements).toHaveLength(
    LIMITS.batchEventsMax,
  );
});

test('whatever name is valid comes back as it was', async () => {
  const { log, db } = await openWithUser();
  const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const target: TargetInput = { tag: text };
      let expected: unknown;
      try {
        expected = invalidationOf('names', target).target;
      } catch {
        return;
      }
      const { positions } = await log.write(db, ORIGIN, (tx) => tx.invalidate('names', target));
      const reading = await readScope(log, 'names' as Scope);
      expect(reading?.rows.at(-1)).toMatchObject({
        version: positions[0]?.version,
        target: expected,
      });
    }),
    { numRuns: 50 },
  );
});
