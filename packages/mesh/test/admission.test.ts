import { TcpRelay } from '@hearsay/testkit';
import { decodeHello, encodeHello, encodeMessage, type Hello } from '@hearsay/wire';
import type { Connection } from '@libp2p/interface';
import { afterEach, describe, expect, test } from 'vitest';
import { ADMISSION_PROTOCOL } from '../src/admission.js';
import { ClusterKey } from '../src/cluster-key.js';
import { LINK_PROTOCOL } from '../src/links.js';
import { counted, deliverBothWays, eventually, hint, startNode, stopAll } from './node.js';
import { closeRelays, portOf, relayTo } from './relay.js';
import { type Answer, hello, Stranger, sendOn, stopStrangers } from './stranger.js';

const KEY = 'a1'.repeat(32);
const OTHER_KEY = 'b2'.repeat(32);

afterEach(async () => {
  await stopAll();
  await stopStrangers();
  await closeRelays();
});

test('members that hold the same key admit each other', async () => {
  const a = await startNode('a', { clusterKey: KEY });
  const b = await startNode('b', { clusterKey: KEY, peers: [a.address] });
  await deliverBothWays(a, b, 'k');
});

test.each([
  ['another key', OTHER_KEY],
  ['no key', undefined],
])('a peer with %s is refused, counted on both sides, and hears nothing', async (_, theirs) => {
  const a = await startNode('a', { clusterKey: KEY });
  const options = theirs === undefined ? {} : { clusterKey: theirs };
  const b = await startNode('b', { ...options, peers: [a.address] });
  await counted(a, 'admissionsRefusedKey');
  await counted(b, 'admissionsRefusedKey');
  await a.transport.publish([hint('secret')]);
  expect(a.inspect().peers).toEqual([]);
  expect(b.host.events).toEqual([]);
});

test('a second live process of the same name is refused by both (S5)', async () => {
  const a = await startNode('twin');
  const b = await startNode('twin', { peers: [a.address] });
  await counted(a, 'admissionsRefusedName');
  await counted(b, 'admissionsRefusedName');
  expect(a.inspect().peers).toEqual([]);
});

test('a node that is on its own list of peers does not become its own peer', async () => {
  const a = await startNode('a');
  const port = a.address.split(':')[1];
  await a.transport.stop();
  const again = await startNode('again', {
    listen: `127.0.0.1:${port}`,
    peers: [`127.0.0.1:${port}`, `localhost:${port}`],
  });
  const b = await startNode('b', { peers: [again.address] });
  await b.host.until(() => b.transport.coherence() === 'coherent', 'b is coherent');
  expect(again.inspect().peers.map(({ origin }) => origin.node)).toEqual(['b']);
  expect(again.inspect().counters['admissionsRefusedForeign']).toBe(0);
});

test('a stranger that speaks before its admission is cut off, and nothing of it is parsed', async () => {
  const a = await startNode('a', { clusterKey: KEY });
  const stranger = await Stranger.start();
  const run = { origin: a.host.self, first: 1 as never, announcements: [hint('forged')] };
  const link = await stranger.dial(a.address);
  sendOn(await link.newStream(LINK_PROTOCOL), encodeMessage({ kind: 'events', runs: [run] }));
  await counted(a, 'admissionsRefusedForeign', 1);
  const gossip = await stranger.dial(a.address);
  sendOn(await gossip.newStream('/meshsub/1.1.0'), Uint8Array.of(10, 4, 8, 1, 18, 0));
  await counted(a, 'admissionsRefusedForeign', 2);
  await eventually(() => link.status !== 'open' && gossip.status !== 'open', 'both are closed');
  expect(a.inspect().counters['framesReceived']).toBe(0);
  expect(a.host.events).toEqual([]);
});

describe('what a dialler says wrong is refused by its reason before anything is admitted', () => {
  const wrong: [string, string, () => Uint8Array][] = [
    ['newer versions alone', 'Version', () => encodeHello(hello({ versionMin: 2, versionMax: 3 }))],
    ['versions that end before they begin', 'Foreign', () => impossibleVersions()],
    ['bytes that are no hello', 'Foreign', () => new Uint8Array(1000)],
    [
      'a proof in place of the hello',
      'Foreign',
      () => encodeHello({ kind: 'proof', mac: new Uint8Array(32) }),
    ],
    [
      'ids of no key that is known here',
      'Key',
      () => encodeHello(hello({ keyIds: [new Uint8Array(8)] })),
    ],
  ];
  test.each(wrong)('%s', async (_, reason, bytes) => {
    const a = await startNode('a', { clusterKey: KEY });
    const stranger = await Stranger.start();
    const { conversation, connection } = await stranger.knock(a.address);
    conversation.write(bytes());
    await counted(a, `admissionsRefused${reason}`);
    await eventually(() => connection.status !== 'open', 'it is cut off');
    const { counters } = a.inspect();
    expect(counters).toMatchObject({ admissionsRefused: 1, connectionsAdmitted: 0 });
  });
});

test('a hello without key ids, as before keys had names, is held to the primary key', async () => {
  const a = await startNode('a', { clusterKeys: [KEY, OTHER_KEY] });
  const stranger = await Stranger.start();
  await stranger.enter(a.address, KEY);
  expect(a.inspect().counters).toMatchObject({ connectionsAdmitted: 1, admissionsRefused: 0 });
  await expect(stranger.enter(a.address, OTHER_KEY)).rejects.toThrow('not admitted');
  await counted(a, 'admissionsRefusedKey');
});

describe('a proof is good for one connection', () => {
  /** Dialled by one member, it passes all that is said on to another, over a Noise of its own. */
  async function relayingBetween(target: () => string): Promise<{
    stranger: Stranger;
    said: Uint8Array[];
  }> {
    const said: Uint8Array[] = [];
    const answer: Answer = async (dialler) => {
      const { conversation: listener } = await stranger.knock(target());
      for (;;) {
        const frame = await dialler.read();
        said.push(frame);
        listener.write(frame);
        dialler.write(await listener.read());
      }
    };
    const stranger = await Stranger.start(answer);
    return { stranger, said };
  }

  test('passed on by a man in the middle it is refused, for it names other peers', async () => {
    const b = await startNode('b', { clusterKey: KEY });
    const { stranger, said } = await relayingBetween(() => b.address);
    const a = await startNode('a', { clusterKey: KEY, peers: [stranger.address] });
    await counted(b, 'admissionsRefusedKey');
    await counted(a, 'admissionsRefusedKey');
    expect(said.slice(0, 2).map((bytes) => decodeHello(bytes).kind)).toEqual(['hello', 'proof']);
    for (const node of [a, b]) expect(node.inspect().counters['connectionsAdmitted']).toBe(0);
  });

  test('replayed on a later connection it is refused: known by its nonce, or by the proof', async () => {
    const b = await startNode('b', { clusterKey: KEY });
    const c = await startNode('c', { clusterKey: KEY });
    const { stranger, said } = await relayingBetween(() => b.address);
    const a = await startNode('a', { clusterKey: KEY, peers: [stranger.address] });
    await counted(b, 'admissionsRefusedKey');
    await a.transport.stop();
    const [recordedHello, recordedProof] = said as [Uint8Array, Uint8Array];

    const again = await stranger.knock(b.address);
    again.conversation.write(recordedHello);
    await counted(b, 'admissionsRefusedReplay');
    // This one has not heard the hello before, as if it had been restarted in between.
    const elsewhere = await stranger.knock(c.address);
    elsewhere.conversation.write(recordedHello);
    expect(decodeHello(await elsewhere.conversation.read()).kind).toBe('hello');
    elsewhere.conversation.write(recordedProof);
    await counted(c, 'admissionsRefusedKey');
    for (const node of [b, c]) expect(node.inspect().counters['connectionsAdmitted']).toBe(0);
  });

  test('reflected to its prover it is refused: the roles differ', async () => {
    const reflecting: Answer = async (dialler) => {
      await dialler.read();
      dialler.write(encodeHello(hello()));
      dialler.write(await dialler.read());
    };
    const stranger = await Stranger.start(reflecting);
    const a = await startNode('a', { clusterKey: KEY, peers: [stranger.address] });
    await counted(a, 'admissionsRefusedKey');
    expect(a.inspect().counters['connectionsAdmitted']).toBe(0);
  });

  test('a reflected hello is this very node', async () => {
    const stranger = await Stranger.start(async (dialler) => dialler.write(await dialler.read()));
    const a = await startNode('a', { clusterKey: KEY, peers: [stranger.address] });
    await counted(a, 'admissionsRefusedSelf');
    expect(a.inspect().counters['connectionsAdmitted']).toBe(0);
  });

  test('a proof under another key than the one that was named is refused', async () => {
    const a = await startNode('a', { clusterKeys: [KEY, OTHER_KEY] });
    const stranger = await Stranger.start();
    const mine = hello();
    const named = hello({ ...mine, keyIds: [new ClusterKey(KEY).idFor(mine.nonce)] });
    const proven = stranger.prove(await stranger.knock(a.address), encodeHello(named), OTHER_KEY);
    await expect(proven).rejects.toThrow('not admitted');
    await counted(a, 'admissionsRefusedKey');
  });
});

test('a peer that speaks another protocol is dropped and counted', async () => {
  const other = await Stranger.start();
  const a = await startNode('a', { peers: [other.address] });
  await counted(a, 'admissionsRefusedForeign');
  expect(a.inspect().peers).toEqual([]);
});

test('a listener that never answers is given up in time and counted', async () => {
  const silent = await Stranger.start(async (dialler) => {
    await dialler.read();
    await new Promise(() => undefined);
  });
  const a = await startNode('a', { peers: [silent.address] });
  await counted(a, 'admissionsRefusedTimeout');
});

test('a peer asks for admission once on a connection', async () => {
  const a = await startNode('a', { clusterKey: KEY });
  const stranger = await Stranger.start();
  const connection = await stranger.enter(a.address, KEY);
  const second = await connection.newStream(ADMISSION_PROTOCOL).catch(() => undefined);
  await eventually(() => second?.status !== 'open', 'the second is cut off');
  expect(a.inspect().counters['connectionsAdmitted']).toBe(1);
});

test('a connection that ends undecided is nobody’s fault: it is counted apart', async () => {
  const a = await startNode('a', { clusterKey: KEY });
  const stranger = await Stranger.start();
  const begun = await stranger.knock(a.address);
  begun.conversation.write(encodeHello(hello()));
  await begun.conversation.read();
  begun.connection.abort(new Error('went away'));
  const idle: Connection = await stranger.dial(a.address);
  idle.abort(new Error('went away'));
  await counted(a, 'admissionsAbandoned', 2);
  expect(a.inspect().counters['admissionsRefused']).toBe(0);
});

test('nodes that dial each other at once, over several paths, refuse nobody', async () => {
  const toB = await TcpRelay.listen();
  const a = await startNode('a', { clusterKey: KEY, peers: [toB.address] });
  const paths = await Promise.all([1, 2, 3].map(() => relayTo(a.address)));
  const peers = [a.address, ...paths.map(({ address }) => address)];
  const b = await startNode('b', { clusterKey: KEY, peers });
  toB.setTarget(portOf(b.address));
  await deliverBothWays(a, b, 'k');
  await counted(a, 'connectionsAdmitted', 2);
  await deliverBothWays(a, b, 'again');
  for (const node of [a, b]) expect(node.inspect().counters['admissionsRefused']).toBe(0);
  await toB.close();
});

/** No encoder writes it: the two numbers are exchanged in the bytes. */
function impossibleVersions(): Uint8Array {
  const bytes = encodeHello(hello({ versionMin: 1, versionMax: 2 }) satisfies Hello);
  const at = Buffer.from(bytes).indexOf(Uint8Array.of(0x18, 1, 0x20, 2));
  bytes.set([0x18, 2, 0x20, 1], at);
  return bytes;
}
