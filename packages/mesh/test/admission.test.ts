import { noise } from '@chainsafe/libp2p-noise';
import { encodeHello, encodeMessage } from '@hearsay/wire';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { afterEach, expect, test } from 'vitest';
import { ADMISSION_PROTOCOL } from '../src/admission.js';
import { frame } from '../src/framed-stream.js';
import { LINK_PROTOCOL } from '../src/links.js';
import { eventually, hint, startNode, stopAll } from './node.js';

const KEY = 'a1'.repeat(32);
const OTHER_KEY = 'b2'.repeat(32);

afterEach(stopAll);

async function stranger() {
  const libp2p = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
  return {
    libp2p,
    dial: (address: string) => {
      const [host, port] = address.split(':');
      return libp2p.dial(multiaddr(`/ip4/${host}/tcp/${port}`));
    },
  };
}

test('members that hold the same key admit each other', async () => {
  const a = await startNode('a', { clusterKey: KEY });
  const b = await startNode('b', { clusterKey: KEY, peers: [a.address] });
  await b.host.until(() => b.transport.coherence() === 'coherent', 'b is coherent');
  await a.transport.publish([hint('k')]);
  await b.host.untilEvents(a.host.self, 1);
});

test.each([
  ['another key', OTHER_KEY],
  ['no key', undefined],
])('a peer with %s is refused, counted on both sides, and hears nothing', async (_, theirs) => {
  const a = await startNode('a', { clusterKey: KEY });
  const options = theirs === undefined ? {} : { clusterKey: theirs };
  const b = await startNode('b', { ...options, peers: [a.address] });
  await eventually(() => (a.inspect().counters['admissionsRefused'] ?? 0) > 0, 'a has refused b');
  await eventually(
    () => (b.inspect().counters['admissionsRefused'] ?? 0) > 0,
    'b knows that it was refused',
  );
  await a.transport.publish([hint('secret')]);
  expect(a.inspect().peers).toEqual([]);
  expect(b.host.events).toEqual([]);
});

test('a second live process of the same name is refused (S5)', async () => {
  const a = await startNode('twin');
  await startNode('twin', { peers: [a.address] });
  await eventually(() => (a.inspect().counters['admissionsRefused'] ?? 0) > 0, 'it was refused');
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
});

test('nothing of a stranger is parsed before admission', async () => {
  const a = await startNode('a', { clusterKey: KEY });
  const { libp2p, dial } = await stranger();
  try {
    const connection = await dial(a.address);
    const stream = await connection.newStream(LINK_PROTOCOL);
    const run = { origin: a.host.self, first: 1 as never, announcements: [hint('forged')] };
    stream.send(frame(encodeMessage({ kind: 'events', runs: [run] })));
    const gossip = await connection.newStream('/meshsub/1.1.0').catch(() => undefined);
    gossip?.send(frame(new Uint8Array([10, 4, 8, 1, 18, 0])));
    await eventually(() => connection.status !== 'open', 'the deadline has cut the stranger off');
    expect(a.inspect().counters['framesReceived']).toBe(0);
    expect(a.host.events).toEqual([]);
  } finally {
    await libp2p.stop();
  }
});

test.each([
  ['a hello of newer versions alone', { versionMin: 2, versionMax: 3 }],
  ['bytes that are no hello', undefined],
])('%s is refused before anything is admitted', async (_, change) => {
  const a = await startNode('a');
  const { libp2p, dial } = await stranger();
  try {
    const connection = await dial(a.address);
    const stream = await connection.newStream(ADMISSION_PROTOCOL);
    const hello = {
      kind: 'hello' as const,
      node: 'x' as never,
      epoch: '0123456789abcdef' as never,
      nonce: new Uint8Array(24),
      features: 0,
      addresses: [],
    };
    const bytes = change ? encodeHello({ ...hello, ...change }) : new Uint8Array(1000);
    stream.send(frame(bytes));
    await eventually(() => (a.inspect().counters['admissionsRefused'] ?? 0) > 0, 'it was refused');
    expect(a.inspect().counters['connectionsAdmitted']).toBe(0);
  } finally {
    await libp2p.stop();
  }
});

test('a peer that speaks another protocol is dropped and counted', async () => {
  const { libp2p } = await stranger();
  const other = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
  try {
    const port = /tcp\/(\d+)/.exec(String(other.getMultiaddrs()[0]))?.[1];
    const a = await startNode('a', { peers: [`127.0.0.1:${port}`] });
    await eventually(() => (a.inspect().counters['admissionsRefused'] ?? 0) > 0, 'it was refused');
    expect(a.inspect().peers).toEqual([]);
  } finally {
    await Promise.all([libp2p.stop(), other.stop()]);
  }
});
