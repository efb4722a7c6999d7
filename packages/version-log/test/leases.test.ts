import { renameSync, rmSync } from 'node:fs';
import { type Epoch, type LeaseRow, type LeaseSeq, LIMITS, type NodeName } from '@hearsay/spi';
import { leaseStoreSuite } from '@hearsay/testkit';
import { describe, expect, test } from 'vitest';
import { openSqliteLog } from '../src/index.js';
import { connect, openLog, temporaryPath } from './support.js';

const EPOCH = '00000000000000aa';

function row(node: string, leaseSeq: number, leaseMs = 1000): LeaseRow {
  const holder = { node: node as NodeName, epoch: EPOCH as Epoch };
  return { holder, leaseSeq: leaseSeq as LeaseSeq, leaseMs };
}

describe('the lease table of the SQLite log passes the suite', () => {
  const suite = leaseStoreSuite(async () => {
    const source = await openSqliteLog({ path: temporaryPath() });
    return { leases: source.leases, source, close: () => source.close() };
  });
  for (const { name, run } of suite) test(name, run);
});

test('processes of one file see the same leases (S1)', async () => {
  const path = temporaryPath();
  const [one, two] = [await openLog(path), await openLog(path)];
  await one.leases.commitLease(row('one', 1));
  const table = await two.leases.readLeases();
  expect(table.rows).toEqual([row('one', 1)]);
  expect(table.incarnation).toBe((await one.leases.readLeases()).incarnation);
});

test('another file at the same path is another life of the database (S4)', async () => {
  const [path, backup] = [temporaryPath(), temporaryPath()];
  const log = await openLog(path);
  await log.leases.commitLease(row('one', 1));
  const before = await log.leases.readLeases();
  await openLog(backup).then((other) => other.close());
  renameSync(backup, path);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  const after = await log.leases.readLeases();
  expect(after.incarnation).not.toBe(before.incarnation);
  expect(after.rows).toEqual([]);
  const { incarnation } = await log.poll({ positions: new Map(), rowsMax: 1 });
  expect(incarnation).toBe(after.incarnation);
});

test(`${LIMITS.leaseRowsMax} rows are a whole table, one more is not (S4)`, async () => {
  const path = temporaryPath();
  const log = await openLog(path);
  const db = connect(path);
  const insert = db.prepare('INSERT INTO hearsay_lease VALUES (?, ?, 1, 1000)');
  db.exec('BEGIN');
  for (let i = 0; i < LIMITS.leaseRowsMax; i++) insert.run(`n${i}`, EPOCH);
  db.exec('COMMIT');
  expect((await log.leases.readLeases()).complete).toBe(true);
  insert.run('one-more', EPOCH);
  const table = await log.leases.readLeases();
  expect(table.complete).toBe(false);
  expect(table.rows).toHaveLength(LIMITS.leaseRowsMax);
});

test('a row that no holder can have written makes the table vouch for nothing (S4)', async () => {
  const path = temporaryPath();
  const log = await openLog(path);
  const db = connect(path);
  await log.leases.commitLease(row('one', 1));
  const junk = [
    ['bad name', EPOCH, 1, 1000],
    ['one', 'x', 1, 1000],
    ['two', EPOCH, 0, 1000],
    ['two', EPOCH, 1, 0],
  ] as const;
  for (const values of junk) {
    db.prepare('INSERT INTO hearsay_lease VALUES (?, ?, ?, ?)').run(...values);
    const table = await log.leases.readLeases();
    expect(table.complete, values.join()).toBe(false);
    expect(table.rows).toEqual([row('one', 1)]);
    db.prepare("DELETE FROM hearsay_lease WHERE node <> 'one' OR epoch <> ?").run(EPOCH);
  }
  expect((await log.leases.readLeases()).complete).toBe(true);
});
