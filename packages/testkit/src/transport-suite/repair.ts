import assert from 'node:assert/strict';
import { hint, hints, type RigCase, type TransportRig } from './rig.js';

const ALL = [0, 1, 2];

export const repairCases: readonly RigCase[] = [
  {
    name: 'a node cut off from all others is isolated, and coherent again when it is back',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      await rig.disconnect(2);
      await rig.untilCoherence(2, ['isolated']);
      assert.equal(rig.host(2).coherences.at(-1), 'isolated');
      await rig.reconnect(2);
      await Promise.all(ALL.map((i) => rig.untilCoherent(i)));
    },
  },
  {
    name: 'the others stay coherent with each other while one is cut off',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      await rig.disconnect(2);
      await rig.settle([0, 1]);
      assert.notEqual(rig.transport(0).coherence(), 'isolated');
      assert.notEqual(rig.transport(1).coherence(), 'isolated');
    },
  },
  {
    name: 'what both sides of a cut published is repaired, or declared as a gap before coherent',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      await rig.disconnect(2);
      await rig.untilCoherence(2, ['isolated']);
      const receipts = await Promise.all(ALL.map((i) => rig.publish(i, ...hints(50))));
      await reconnectUntilCovered(rig, new Map(receipts.map(({ last }, from) => [from, last])));
      await Promise.all(ALL.map((i) => rig.untilCoherent(i)));
      await rig.settle(ALL);
    },
  },
  {
    name: 'the last event of an idle sender is repaired, or declared as a gap, like any other',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      await rig.disconnect(2);
      await rig.untilCoherence(2, ['isolated']);
      const { last } = await rig.publish(0, hint('the last one'));
      await reconnectUntilCovered(rig, new Map([[0, last]]));
      await rig.untilCoherent(2);
    },
  },
];

/**
 * Reconnects node 2 and waits until every node has all events of every other, or was told of a gap,
 * which stays open meanwhile: none may call itself coherent then.
 *
 * @param lasts the last sequence by index of the sender
 */
async function reconnectUntilCovered(
  rig: TransportRig,
  lasts: ReadonlyMap<number, number>,
): Promise<void> {
  for (const host of rig.hosts) host.holdGaps();
  await rig.reconnect(2);
  const waits = [...lasts].flatMap(([from, last]) =>
    ALL.filter((i) => i !== from).map((i) => untilCovered(rig, i, from, last)),
  );
  await Promise.all(waits);
  for (const [i, host] of rig.hosts.entries()) {
    if (host.gaps.length > 0) assert.notEqual(rig.transport(i).coherence(), 'coherent');
    host.releaseGaps();
  }
}

function untilCovered(rig: TransportRig, at: number, from: number, last: number): Promise<void> {
  const host = rig.host(at);
  const { self } = rig.host(from);
  return host.until(
    () => host.gaps.length > 0 || host.eventsOf(self).length >= last,
    () => `events 1 to ${last} of node ${from}, or a gap, at node ${at}`,
    rig.deadlineMs,
  );
}
