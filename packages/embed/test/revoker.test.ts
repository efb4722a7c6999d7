import {
  type Announcement,
  type AppendId,
  type Epoch,
  LogUnavailableError,
  type MemberAsking,
  MemberUnreachableError,
  type NodeName,
  type Origin,
  scopeOf,
  type Version,
} from '@hearsay/spi';
import { InMemoryVersionLog, SeededRandom } from '@hearsay/testkit';
import { decodeRevoke, encodeRevoke } from '@hearsay/wire';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { NodeClosedError } from '../src/index.js';
import { Revoker, type RevokerOptions } from '../src/revoker.js';
import { systemClock } from '../src/system-clock.js';

const origin = (node: string): Origin => ({
  node: node as NodeName,
  epoch: '00000000000000aa' as Epoch,
});
const HOLDER = origin('holder');
const LEASE_MS = 60;
/** Longer than the pause before a question or a reading is tried again. */
const LONG_MS = 900;
const revokers: Revoker[] = [];

afterEach(() => {
  for (const revoker of revokers.splice(0)) revoker.stop();
});

/** A log with one holder, and a revoker that has watched it for as long as a lease lasts, or not. */
function setting(change: Partial<RevokerOptions> = {}, watched = true, leaseMs = LEASE_MS) {
  const random = new SeededRandom(1);
  const digit = () => Math.floor(random.next() * 16).toString(16);
  const log = new InMemoryVersionLog((digits) => Array.from({ length: digits }, digit).join(''));
  log.leases.commit({ holder: HOLDER, leaseSeq: 1 as never, leaseMs });
  const { logId, incarnation } = log;
  let aheadMs = 0;
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs };
  const logger = pino({ level: 'silent' });
  const { leases } = log;
  const options = { self: origin('self'), leases, asking: undefined, clock, logger, ...change };
  const revoker = new Revoker(options);
  revokers.push(revoker);
  revoker.logRead({ logId, incarnation });
  if (watched) aheadMs = 1000;
  const place = { logId, version: 1 as Version, appendId: '1'.repeat(16) as AppendId };
  const announcement: Announcement = {
    scope: scopeOf('item'),
    target: { kind: 'key', key: 'k' },
    place: { ...place, prevId: '0'.repeat(16) as AppendId },
  };
  return { log, revoker, settle: () => revoker.settle(logId, [announcement]) };
}

/** A holder that acknowledges what it is asked, after so many questions without an answer. */
function answering(log: () => InMemoryVersionLog, failures = 0): MemberAsking {
  let left = failures;
  return {
    ask: async (member, _topic, question) => {
      if (left-- > 0) throw new MemberUnreachableError(`${member.node} is not there: ask again`);
      const message = decodeRevoke(question);
      if (message.kind !== 'revoke') throw new Error('not a question');
      const appendIds = message.announcements.map(({ place }) => place.appendId);
      const { logId, incarnation } = log();
      return encodeRevoke({ kind: 'revoked', logId, incarnation, appendIds });
    },
    answer: () => () => {},
  };
}

test('settles when the holder has acknowledged (S2)', async () => {
  const all = setting({ asking: answering(() => all.log) });
  const outcome = await all.settle();
  expect(outcome).toEqual({ acknowledged: [HOLDER], waitedOut: [], vouched: true });
  expect(all.log.leases.read().rows).toHaveLength(1);
});

test('asks a holder again that gave no answer', async () => {
  const all = setting({ asking: answering(() => all.log, 1) }, true, LONG_MS);
  expect(await all.settle()).toMatchObject({ acknowledged: [HOLDER], waitedOut: [] });
});

test('without a way to ask waits for L, then takes the row away (S2)', async () => {
  const { log, settle } = setting();
  const removed = Promise.withResolvers<void>();
  const remove = log.leases.removeLeases.bind(log.leases);
  log.leases.removeLeases = async (rows) => {
    await remove(rows);
    removed.resolve();
  };
  expect(await settle()).toEqual({ acknowledged: [], waitedOut: [HOLDER], vouched: true });
  await removed.promise;
  expect(log.leases.read().rows).toEqual([]);
});

test('reads the table again that could not be read', async () => {
  const all = setting({ asking: answering(() => all.log) }, true, LONG_MS);
  const read = all.log.leases.readLeases.bind(all.log.leases);
  let failures = 1;
  all.log.leases.readLeases = async () => {
    if (failures-- > 0) throw new LogUnavailableError('not now');
    return read();
  };
  expect(await all.settle()).toMatchObject({ acknowledged: [HOLDER], vouched: true });
});

test('in a life of the database that it did not watch for L waits, though all acknowledge (S4)', async () => {
  const all = setting({ asking: answering(() => all.log) }, false, LONG_MS);
  expect(await all.settle()).toMatchObject({ acknowledged: [HOLDER], vouched: false });
});

test('after commits were found to be gone does not trust the table (S4)', async () => {
  const all = setting({ asking: answering(() => all.log) }, true, LONG_MS);
  all.revoker.doubt();
  expect(await all.settle()).toMatchObject({ acknowledged: [HOLDER], vouched: false });
});

test('stopped, it gives up what waits', async () => {
  const { revoker, settle } = setting();
  const settled = expect(settle()).rejects.toThrow(NodeClosedError);
  revoker.stop();
  await settled;
});

test('stopped, it begins nothing for a commit that was under way', async () => {
  const { revoker, settle } = setting();
  revoker.stop();
  await expect(settle()).rejects.toThrow(NodeClosedError);
});
