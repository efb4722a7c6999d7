import assert from 'node:assert/strict';
import { TransportStoppedError } from '@hearsay/spi';
import { hint, type RigCase } from './rig.js';

export const lifecycleCases: readonly RigCase[] = [
  {
    name: 'publish before start is refused',
    count: 1,
    run: async (rig) => {
      await assert.rejects(rig.publish(0, hint('k')), TransportStoppedError);
    },
  },
  {
    name: 'publish after stop is refused, and stop can be called again',
    count: 1,
    run: async (rig) => {
      await rig.start(0);
      await rig.transport(0).stop();
      await assert.rejects(rig.publish(0, hint('k')), TransportStoppedError);
      await rig.transport(0).stop();
    },
  },
  {
    name: 'start and publish wait for no peer',
    count: 2,
    run: async (rig) => {
      await rig.start(0);
      const receipt = await rig.publish(0, hint('k'));
      assert.equal(receipt.first, 1);
      assert.deepEqual(rig.host(0).events, []);
    },
  },
  {
    name: 'a node that knows of nobody is alone, or coherent where the medium knows no members',
    count: 1,
    run: async (rig) => {
      await rig.start(0);
      await rig.untilCoherence(0, ['alone', 'coherent']);
    },
  },
  {
    name: 'nodes that met are coherent, and their hosts were told so',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      for (const [i, host] of rig.hosts.entries()) {
        await rig.untilCoherent(i);
        assert.equal(host.coherences.at(-1), 'coherent');
        assert.equal(rig.transport(i).inspect().coherence, 'coherent');
      }
    },
  },
  {
    name: 'after stop nothing is delivered any more, and the others go on',
    count: 3,
    run: async (rig) => {
      await rig.meet();
      await rig.transport(2).stop();
      const delivered = rig.host(2).events.length;
      await rig.settle([0, 1]);
      assert.equal(rig.host(2).events.length, delivered);
    },
  },
  {
    name: 'what was accepted before stop still reaches the others, or they are told of a gap',
    count: 2,
    run: async (rig) => {
      await rig.meet();
      const receipt = await rig.publish(0, hint('last words'));
      await rig.transport(0).stop();
      const { self } = rig.host(0);
      await rig
        .host(1)
        .until(
          () => rig.host(1).has(self, receipt.last) || rig.host(1).gaps.length > 0,
          'the last event before stop, or a gap',
          rig.deadlineMs,
        );
    },
  },
  {
    name: 'who joins late hears what is published from then on',
    count: 3,
    run: async (rig) => {
      await rig.meet([0, 1]);
      await rig.settle([0, 1]);
      await rig.meet([2]);
      await rig.settle([0, 1, 2]);
    },
  },
];
