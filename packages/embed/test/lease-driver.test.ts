import { type Epoch, LogUnavailableError, type NodeName, scopeOf } from '@hearsay/spi';
import { InMemoryVersionLog, SeededRandom } from '@hearsay/testkit';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { LeaseDriver, type LeaseDriverOptions } from '../src/lease-driver.js';
import { systemClock } from '../src/system-clock.js';

const ITEM = scopeOf('item');
const self = { node: 'a' as NodeName, epoch: '00000000000000aa' as Epoch };
const drivers: LeaseDriver[] = [];

afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.stop();
});

function driving(change: Partial<LeaseDriverOptions> = {}) {
  const random = new SeededRandom(1);
  const digit = () => Math.floor(random.next() * 16).toString(16);
  const log = new InMemoryVersionLog((digits) => Array.from({ length: digits }, digit).join(''));
  const { promise: demanded, resolve } = Promise.withResolvers<number>();
  const driver = new LeaseDriver({
    self,
    leases: log.leases,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    demand: (_scope, sinceMs) => resolve(sinceMs),
    unsentSinceMs: () => systemClock.monotonicMs(),
    ...change,
  });
  drivers.push(driver);
  return { log, driver, demanded };
}

test('a registration is committed before the counters are asked for (S1)', async () => {
  const { log, driver, demanded } = driving();
  const holds = driver.use(ITEM, 10_000);
  const sinceMs = await demanded;
  expect(log.leases.read().rows).toMatchObject([{ holder: self, leaseMs: 10_000 }]);
  expect(holds(systemClock.monotonicMs())).toBe(false);
  driver.proved(ITEM, sinceMs);
  expect(holds(systemClock.monotonicMs())).toBe(true);
  expect(driver.rightForMs(ITEM)).toBeGreaterThan(0);
});

test('a right that a clock jump has ended lasts no longer, for readiness too (F3, H)', async () => {
  let jumpedMs = 0;
  const clock = {
    monotonicMs: () => systemClock.monotonicMs(),
    wallMs: () => systemClock.wallMs() + jumpedMs,
  };
  const { driver, demanded } = driving({ clock });
  const holds = driver.use(ITEM, 10_000);
  driver.proved(ITEM, await demanded);
  expect(driver.rightForMs(ITEM)).toBeGreaterThan(0);
  jumpedMs = 5_000;
  expect(holds(systemClock.monotonicMs())).toBe(false);
  expect(driver.rightForMs(ITEM)).toBe(0);
});

test('a registration that fails is counted and tried again', async () => {
  const { log } = driving();
  let failures = 2;
  const { driver, demanded } = driving({
    leases: {
      commitLease: async (row) => {
        if (failures-- > 0) throw new LogUnavailableError('not now');
        log.leases.commit(row);
      },
      readLeases: () => log.leases.readLeases(),
      removeLeases: (rows) => log.leases.removeLeases(rows),
    },
  });
  driver.use(ITEM, 250);
  await demanded;
  expect(driver.counters).toMatchObject({ leasesFailed: 2, leases: 1 });
  expect(log.leases.read().rows).toMatchObject([{ leaseSeq: 3 }]);
});

test('stopping ends the right at once, and takes the row away, also of a registration under way (S5)', async () => {
  const { log, driver, demanded } = driving();
  const holds = driver.use(ITEM, 10_000);
  driver.proved(ITEM, await demanded);
  const stopped = driver.stop();
  expect(holds(systemClock.monotonicMs())).toBe(false);
  await stopped;
  expect(log.leases.read().rows).toEqual([]);

  const late = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { driver: slow } = driving({
    leases: {
      commitLease: async (row) => {
        begun.resolve();
        await late.promise;
        log.leases.commit(row);
      },
      readLeases: () => log.leases.readLeases(),
      removeLeases: (rows) => log.leases.removeLeases(rows),
    },
  });
  slow.use(ITEM, 10_000);
  await begun.promise;
  const gone = slow.stop();
  late.resolve();
  await gone;
  expect(log.leases.read().rows).toEqual([]);
});

test('a row that cannot be taken away is left for revokers to wait out', async () => {
  const { log, driver, demanded } = driving();
  driver.use(ITEM, 10_000);
  await demanded;
  log.setReachable(false);
  await driver.stop();
  log.setReachable(true);
  expect(log.leases.read().rows).toHaveLength(1);
});
