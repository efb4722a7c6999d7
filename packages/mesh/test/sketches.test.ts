import type { Epoch, NodeName, Origin, Sequence } from '@hearsay/spi';
import { encodeMessage } from '@hearsay/wire';
import { afterEach, describe, expect, test } from 'vitest';
import { DIALECT, FEATURES } from '../src/dialect.js';
import { eventually, hint, startNode, stopAll, type TestNode } from './node.js';
import { Stranger, sendOn, stopStrangers } from './stranger.js';

const KEY = 'a1'.repeat(32);
/** More than travel as a whole vector between two of this release. */
const ORIGINS = 300;
/** The release before sketches. */
const BEFORE = { ...DIALECT, features: DIALECT.features & ~FEATURES.sketches };

afterEach(async () => {
  await stopAll();
  await stopStrangers();
});

const origins = Array.from(
  { length: ORIGINS },
  (_, i): Origin => ({
    node: `gone-${i}` as NodeName,
    epoch: i.toString(16).padStart(16, '0') as Epoch,
  }),
);

/** A member, no longer here, has told the node of one event each of many others. */
async function nodeThatHeardOfMany(name: string): Promise<TestNode> {
  const node = await startNode(name, { clusterKey: KEY });
  const stranger = await Stranger.start();
  const connection = await stranger.enter(node.address, KEY);
  const runs = origins.map((origin) => ({
    origin,
    first: 1 as Sequence,
    announcements: [hint(origin.node)],
  }));
  sendOn(await stranger.link(connection), encodeMessage({ kind: 'events', runs }));
  await hasAll(node);
  await stopStrangers();
  return node;
}

const hasAll = (node: TestNode) =>
  node.host.until(() => node.host.events.length >= ORIGINS, 'all events are there');

describe('a node that joins one which knows many origins', () => {
  test.each([
    ['of this release: by sketches, and the whole vector once', DIALECT, true],
    ['of the release before: by whole vectors alone', BEFORE, false],
  ])('repairs whatever it speaks (%s)', async (_, dialect, sketches) => {
    const a = await nodeThatHeardOfMany('a');
    const b = await startNode('b', { clusterKey: KEY, peers: [a.address] }, { dialect });
    await hasAll(b);
    expect(a.inspect().counters['sketchesSent'] !== 0).toBe(sketches);
    expect(a.inspect().counters['framesUnknown']).toBe(0);
    expect(b.inspect().counters).toMatchObject({ framesUnknown: 0, framesInvalid: 0 });
    await eventually(() => b.transport.coherence() === 'coherent', 'b is coherent');
  });
});
