/** What every lease store must do, as cases that any test runner can register. */
import assert from 'node:assert/strict';
import {
  type Epoch,
  type LeaseRow,
  type LeaseSeq,
  type LeaseStore,
  nodeNameOf,
  originId,
  type VersionSource,
} from '@hearsay/spi';

/** The lease table of a new, empty log. */
export interface LeaseStoreSubject {
  readonly leases: LeaseStore;
  /** The log beside it. */
  readonly source: VersionSource;
  close(): Promise<void>;
}

export interface LeaseStoreCase {
  readonly name: string;
  run(): Promise<void>;
}

/** @param make called once a case; what it made is closed by the case, also when it fails */
export function leaseStoreSuite(make: () => Promise<LeaseStoreSubject>): readonly LeaseStoreCase[] {
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    run: async () => {
      const subject = await make();
      try {
        await check(subject);
      } finally {
        await subject.close();
      }
    },
  }));
}

const CASES: Readonly<Record<string, (subject: LeaseStoreSubject) => Promise<void>>> = {
  'a table that nobody wrote is empty and complete': async ({ leases }) => {
    const { rows, complete, leaseMsMax } = await leases.readLeases();
    assert.deepEqual({ rows, complete, leaseMsMax }, { rows: [], complete: true, leaseMsMax: 0 });
  },

  'a committed lease is read back (S1)': async ({ leases }) => {
    await leases.commitLease(row('a', 1, 2000));
    await leases.commitLease(row('b', 7, 500));
    const { rows, complete, leaseMsMax } = await leases.readLeases();
    assert.deepEqual(sorted(rows), [row('a', 1, 2000), row('b', 7, 500)]);
    assert.equal(complete, true);
    assert.equal(leaseMsMax, 2000);
  },

  'a renewal takes the place of the lease before (S1)': async ({ leases }) => {
    await leases.commitLease(row('a', 1, 2000));
    await leases.commitLease(row('a', 2, 1000));
    assert.deepEqual((await leases.readLeases()).rows, [row('a', 2, 1000)]);
  },

  'a commit that arrives late brings no older lease back (S2)': async ({ leases }) => {
    await leases.commitLease(row('a', 2, 1000));
    await leases.commitLease(row('a', 1, 2000));
    await leases.commitLease(row('a', 2, 3000));
    const { rows, leaseMsMax } = await leases.readLeases();
    assert.deepEqual(rows, [row('a', 2, 1000)]);
    assert.equal(leaseMsMax, 3000);
  },

  'two lives of one node are two holders (S1)': async ({ leases }) => {
    const restarted: LeaseRow = {
      ...row('a', 1, 1000),
      holder: { node: nodeNameOf('a'), epoch: 'ffffffffffffffff' as Epoch },
    };
    await leases.commitLease(row('a', 1, 1000));
    await leases.commitLease(restarted);
    assert.equal((await leases.readLeases()).rows.length, 2);
  },

  'a row goes only where its lease is still the one that was read (S2)': async ({ leases }) => {
    await leases.commitLease(row('a', 1, 1000));
    await leases.commitLease(row('b', 1, 1000));
    await leases.commitLease(row('c', 1, 1000));
    const { rows } = await leases.readLeases();
    await leases.commitLease(row('b', 2, 1000));
    await leases.removeLeases(rows.filter(({ holder }) => holder.node !== 'c'));
    const left = (await leases.readLeases()).rows;
    assert.deepEqual(sorted(left), [row('b', 2, 1000), row('c', 1, 1000)]);
    await leases.removeLeases([]);
  },

  'a renewal of a row that is gone makes it anew (S1)': async ({ leases }) => {
    await leases.commitLease(row('a', 1, 1000));
    await leases.removeLeases([row('a', 1, 1000)]);
    await leases.commitLease(row('a', 2, 1000));
    assert.deepEqual((await leases.readLeases()).rows, [row('a', 2, 1000)]);
  },

  'the longest lease is remembered when its row is gone (S2)': async ({ leases }) => {
    await leases.commitLease(row('a', 1, 9000));
    await leases.commitLease(row('a', 2, 1000));
    await leases.removeLeases([row('a', 2, 1000)]);
    assert.equal((await leases.readLeases()).leaseMsMax, 9000);
  },

  'holders that register at once are all there (S1)': async ({ leases }) => {
    const all = Array.from({ length: 16 }, (_, i) => row(`n${10 + i}`, 1, 1000 + i));
    await Promise.all(all.map((each) => leases.commitLease(each)));
    const { rows, leaseMsMax } = await leases.readLeases();
    assert.deepEqual(sorted(rows), all);
    assert.equal(leaseMsMax, 1015);
  },

  'it names the log and the life of the database as a poll does (S4)': async (subject) => {
    const { logId, incarnation } = await subject.leases.readLeases();
    const polled = await subject.source.poll({ positions: new Map(), rowsMax: 1 });
    assert.deepEqual([logId, incarnation], [polled.logId, polled.incarnation]);
  },

  'closed with its log it says that it is out of reach': async ({ leases, source }) => {
    await source.close();
    const unavailable = { code: 'HEARSAY_LOG_UNAVAILABLE' };
    await assert.rejects(leases.commitLease(row('a', 1, 1000)), unavailable);
    await assert.rejects(leases.readLeases(), unavailable);
    await assert.rejects(leases.removeLeases([row('a', 1, 1000)]), unavailable);
  },
};

function row(node: string, leaseSeq: number, leaseMs: number): LeaseRow {
  const holder = { node: nodeNameOf(node), epoch: '00000000000000aa' as Epoch };
  return { holder, leaseSeq: leaseSeq as LeaseSeq, leaseMs };
}

/** The order of rows means nothing. */
function sorted(rows: readonly LeaseRow[]): LeaseRow[] {
  return rows.toSorted((a, b) => (originId(a.holder) < originId(b.holder) ? -1 : 1));
}
