import assert from 'node:assert/strict';
import {
  type Announcement,
  type AppendId,
  BatchTooLargeError,
  GENESIS,
  invalidationOf,
  LIMITS,
  type LogId,
  type Version,
} from '@hearsay/spi';
import { announcedBy, at, hint, hints, type RigCase, type TransportRig } from './rig.js';

const ALL = [0, 1, 2];

export const deliveryCases: readonly RigCase[] = [
  {
    name: 'an event reaches every other node and never its own',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      const receipt = await rig.publish(0, hint('lake/t1'));
      await rig.untilAllHeard(0, receipt.last);
      await rig.settle(ALL);
      for (const host of rig.hosts) assert.deepEqual(host.eventsOf(host.self), []);
    },
  },
  {
    name: 'scope, target and place arrive exactly as announced, and a hint stays one (L1, L2)',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const announcements = everyForm();
      const receipt = await rig.publish(0, ...announcements);
      await rig.untilAllHeard(0, receipt.last);
      const arrived = rig.host(1).eventsOf(rig.host(0).self);
      assert.deepEqual(arrived.slice(receipt.first - 1).map(announcedBy), announcements);
    },
  },
  {
    name: 'receipts number the events from 1 without a hole, in the order of the calls',
    count: 2,
    run: async (rig) => {
      await Promise.all([rig.start(0), rig.start(1)]);
      const sizes = [1, 3, 0, 2, 1];
      const receipts = await Promise.all(
        sizes.map((size, i) => rig.publish(0, ...hints(size, `call-${i}`))),
      );
      let next = 1;
      for (const [i, { first, last }] of receipts.entries()) {
        assert.equal(first, next);
        assert.equal(last, next + at(sizes, i) - 1);
        next = last + 1;
      }
    },
  },
  {
    name: 'of bursts from all sides every sequence arrives and always names the same event',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      const receipts = await Promise.all(ALL.map((i) => publishBurst(rig, i)));
      await Promise.all(ALL.map((i) => rig.untilAllHeard(i, at(receipts, i))));
      for (const host of rig.hosts) assertNoContradiction(host.events);
      for (const from of ALL) {
        const views = rig.hosts
          .filter((_, i) => i !== from)
          .map((host) => host.eventsOf(rig.host(from).self));
        assert.deepEqual(
          at(views, 0).map(({ sequence }) => sequence),
          Array.from({ length: at(receipts, from) }, (_, i) => i + 1),
        );
        assert.deepEqual(at(views, 1), at(views, 0));
      }
    },
  },
  {
    name: 'a batch at the limit arrives, in deliveries within the limit',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const receipt = await rig.publish(0, ...hints(LIMITS.batchEventsMax));
      assert.equal(receipt.last - receipt.first + 1, LIMITS.batchEventsMax);
      await rig.untilAllHeard(0, receipt.last);
      assertDeliveriesWithinLimit(rig);
    },
  },
  {
    name: 'a batch at the limit with keys at the limit arrives',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const filler = '€'.repeat((LIMITS.keyBytesMax - 4) / 3);
      const announcements = Array.from({ length: LIMITS.batchEventsMax }, (_, i) =>
        hint(i.toString(16).padStart(4, '0') + filler),
      );
      const receipt = await rig.publish(0, ...announcements);
      await rig.untilAllHeard(0, receipt.last);
      const arrived = rig
        .host(1)
        .eventsOf(rig.host(0).self)
        .slice(receipt.first - 1);
      assert.deepEqual(arrived.map(announcedBy), announcements);
      assertDeliveriesWithinLimit(rig);
    },
  },
  {
    name: 'a batch one past the limit is refused whole',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      await assert.rejects(
        rig.publish(0, ...hints(LIMITS.batchEventsMax + 1, 'refused')),
        BatchTooLargeError,
      );
      const receipt = await rig.publish(0, hint('next'));
      await rig.untilAllHeard(0, receipt.last);
      const arrived = rig.host(1).eventsOf(rig.host(0).self);
      assert.deepEqual(arrived.slice(1).map(announcedBy), [hint('next')]);
    },
  },
  {
    name: 'an empty batch is accepted and sends nothing',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const empty = await rig.publish(0);
      assert(empty.first > empty.last, `first ${empty.first} is not after last ${empty.last}`);
      const receipt = await rig.publish(0, hint('next'));
      await rig.untilAllHeard(0, receipt.last);
      const arrived = rig.host(1).eventsOf(rig.host(0).self);
      assert.deepEqual(arrived.slice(1).map(announcedBy), [hint('next')]);
      assert(!rig.host(1).deliveries.includes(0), 'an empty batch was delivered');
    },
  },
];

/** Every kind of target, at its limits, as a hint and with places at their limits. */
function everyForm(): Announcement[] {
  const scope = 's'.repeat(LIMITS.scopeCharsMax);
  const place = (version: number, prevId: AppendId) => ({
    logId: '0123456789abcdef0123456789abcdef' as LogId,
    version: version as Version,
    appendId: 'fedcba9876543210' as AppendId,
    prevId,
  });
  return [
    invalidationOf(scope, { key: 'k' }),
    invalidationOf(scope, { key: 'k'.repeat(LIMITS.keyBytesMax) }),
    { ...invalidationOf(scope, { key: 'lake/ä/€/𝄞' }), place: place(1, GENESIS) },
    { ...invalidationOf('a', { prefix: 'lake/catalog' }), place: place(2 ** 32, GENESIS) },
    {
      ...invalidationOf('a', { tag: 't'.repeat(LIMITS.tagBytesMax) }),
      place: place(Number.MAX_SAFE_INTEGER, 'ffffffffffffffff' as AppendId),
    },
    {
      ...invalidationOf('a', { all: true }),
      place: { ...place(7, GENESIS), logId: 'f'.repeat(32) as LogId },
    },
    invalidationOf('a', { all: true }),
  ];
}

/** Many small publishes at once. @returns the last sequence */
async function publishBurst(rig: TransportRig, index: number): Promise<number> {
  const receipts = await Promise.all(
    Array.from({ length: 40 }, (_, i) => rig.publish(index, ...hints(1 + (i % 25), `burst-${i}`))),
  );
  return at(receipts, receipts.length - 1).last;
}

/** Copies are allowed; two different events under one (origin, sequence) are not. */
function assertNoContradiction(events: TransportRig['hosts'][number]['events']): void {
  const seen = new Map<string, (typeof events)[number]>();
  for (const event of events) {
    const id = `${event.origin.node}#${event.origin.epoch}#${event.sequence}`;
    const before = seen.get(id);
    if (before !== undefined) assert.deepEqual(event, before);
    seen.set(id, event);
  }
}

function assertDeliveriesWithinLimit(rig: TransportRig): void {
  for (const host of rig.hosts)
    for (const size of host.deliveries)
      assert(size <= LIMITS.batchEventsMax, `a delivery has ${size} events`);
}
