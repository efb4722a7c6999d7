import {
  BatchTooLargeError,
  type ChainHead,
  type Epoch,
  GENESIS,
  invalidationOf,
  type LeaseSeq,
  LIMITS,
  LogUnavailableError,
  type NodeName,
  type Scope,
  VERSION_ZERO,
} from '@hearsay/spi';
import { expect, test } from 'vitest';
import { InMemoryVersionLog } from '../src/in-memory-version-log.js';
import { seededHex } from './seeded-hex.js';

const scope = 'table' as Scope;
const origin = { node: 'a' as NodeName, epoch: '00000000000000aa' as Epoch };
const START: ChainHead = { version: VERSION_ZERO, appendId: GENESIS };

function filled(rows: number, seed = 1): InMemoryVersionLog {
  const log = new InMemoryVersionLog(seededHex(seed));
  for (let i = 0; i < rows; i++) log.append([invalidationOf(scope, { key: `k${i}` })], origin);
  return log;
}

function readingOf(log: InMemoryVersionLog) {
  return log.read({ positions: new Map([[scope, START]]), rowsMax: 1000 }).readings[0];
}

test('a failover that lost commits gives their numbers again, with other links (L1)', () => {
  const log = filled(5);
  const before = readingOf(log)?.rows ?? [];
  log.loseLast(scope, 2);
  expect(readingOf(log)?.head).toEqual({ version: 3, appendId: before[2]?.appendId });
  log.append([invalidationOf(scope, { key: 'other' })], origin);
  const again = readingOf(log)?.rows ?? [];
  expect(again.slice(0, 3)).toEqual(before.slice(0, 3));
  expect(again[3]).toMatchObject({ version: 4, prevId: before[2]?.appendId });
  expect(again[3]?.appendId).not.toBe(before[3]?.appendId);
});

test('losing more than there is leaves what pruning left as the head', () => {
  const log = filled(5);
  const head = readingOf(log)?.rows[2];
  log.prune(scope, 2);
  log.loseLast(scope, 10);
  expect(readingOf(log)).toMatchObject({
    head: { version: 3, appendId: head?.appendId },
    floor: 3,
    rows: [],
  });
});

test('another log in its place has another name and no scopes (L8)', () => {
  const log = filled(2);
  const { logId } = log;
  log.replaceLog();
  expect(log.logId).not.toBe(logId);
  expect(readingOf(log)).toBeUndefined();
});

test('a restart is another life of the same log, and leases outlive it (S4)', () => {
  const log = filled(2);
  const { logId, incarnation } = log;
  const row = { holder: origin, leaseSeq: 1 as LeaseSeq, leaseMs: 1000 };
  log.leases.commit(row);
  log.restart();
  expect([log.logId, readingOf(log)?.head.version]).toEqual([logId, 2]);
  expect(log.incarnation).not.toBe(incarnation);
  expect(log.leases.read()).toMatchObject({ incarnation: log.incarnation, rows: [row] });
});

test('a failover can lose leases, and another log has none (S4)', () => {
  const log = filled(1);
  const row = { holder: origin, leaseSeq: 1 as LeaseSeq, leaseMs: 1000 };
  log.leases.commit(row);
  log.leases.lose([row]);
  expect(log.leases.read()).toMatchObject({ rows: [], leaseMsMax: 1000 });
  const { incarnation } = log;
  log.replaceLog();
  expect(log.incarnation).not.toBe(incarnation);
  expect(log.leases.read().leaseMsMax).toBe(0);
});

test('out of reach every poll fails, and appends go on', async () => {
  const log = filled(1);
  log.setReachable(false);
  const request = { positions: new Map([[scope, START]]), rowsMax: 10 };
  await expect(log.poll(request)).rejects.toThrow(LogUnavailableError);
  log.append([invalidationOf(scope, { all: true })], origin);
  log.setReachable(true);
  expect((await log.poll(request)).readings[0]?.head.version).toBe(2);
});

test('a scope that was created ahead is there at 0 (L6)', () => {
  const log = filled(0);
  log.ensureScopes([scope]);
  expect(readingOf(log)).toEqual({ scope, head: START, floor: 0, rows: [] });
});

test('the same seed gives the same log, another seed another one', () => {
  expect(readingOf(filled(3))).toEqual(readingOf(filled(3)));
  expect(readingOf(filled(3, 2))).not.toEqual(readingOf(filled(3)));
});

test(`an append takes ${LIMITS.batchEventsMax} invalidations and not one more`, () => {
  const log = filled(0);
  const batch = Array.from({ length: LIMITS.batchEventsMax + 1 }, (_, i) =>
    invalidationOf(scope, { key: `k${i}` }),
  );
  expect(() => log.append(batch, origin)).toThrow(BatchTooLargeError);
  expect(readingOf(log)).toBeUndefined();
  log.append(batch.slice(1), origin);
  expect(readingOf(log)?.head.version).toBe(LIMITS.batchEventsMax);
});
