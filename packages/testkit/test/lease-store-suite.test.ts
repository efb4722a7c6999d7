import type { LeaseRow } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import { InMemoryVersionLog } from '../src/in-memory-version-log.js';
import { type LeaseStoreSubject, leaseStoreSuite } from '../src/lease-store-suite.js';
import { seededHex } from './seeded-hex.js';

function subject(): LeaseStoreSubject {
  const source = new InMemoryVersionLog(seededHex(1));
  return { leases: source.leases, source, close: () => source.close() };
}

describe('the lease table of the in-memory log passes the suite', () => {
  for (const { name, run } of leaseStoreSuite(async () => subject())) test(name, run);
});

type Leases = LeaseStoreSubject['leases'];

/** Breaks that a lease table in a database can have; the suite must notice each. */
const BREAKS: Record<string, (leases: Leases) => Partial<Leases>> = {
  'a removal that does not look at the lease': (leases) => ({
    removeLeases: async (rows) => {
      const ids = new Set(rows.map((row) => row.holder.node));
      const { rows: now } = await leases.readLeases();
      await leases.removeLeases(now.filter((row) => ids.has(row.holder.node)));
    },
  }),
  'a late commit that brings the older lease back': (leases) => ({
    commitLease: async (row) => {
      const { rows } = await leases.readLeases();
      await leases.removeLeases(rows.filter((other) => other.holder.node === row.holder.node));
      await leases.commitLease(row);
    },
  }),
  'a longest lease that is forgotten with its row': (leases) => ({
    readLeases: async () => {
      const table = await leases.readLeases();
      return { ...table, leaseMsMax: Math.max(0, ...table.rows.map(leaseMsOf)) };
    },
  }),
  'a commit that is lost': () => ({ commitLease: async () => undefined }),
};

describe('the suite notices', () => {
  for (const [name, broken] of Object.entries(BREAKS))
    test(name, async () => {
      const suite = leaseStoreSuite(async () => {
        const { leases, ...rest } = subject();
        const whole: Leases = {
          commitLease: (row) => leases.commitLease(row),
          readLeases: () => leases.readLeases(),
          removeLeases: (rows) => leases.removeLeases(rows),
          ...broken(leases),
        };
        return { ...rest, leases: whole };
      });
      const outcomes = await Promise.allSettled(suite.map(({ run }) => run()));
      expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    });
});

function leaseMsOf({ leaseMs }: LeaseRow): number {
  return leaseMs;
}
