import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Epoch, NodeName, Sequence } from '@hearsay/spi';
import { encodeHello, encodeMessage } from '@hearsay/wire';
import type { Connection, Stream } from '@libp2p/interface';
import { afterEach, describe, expect, test } from 'vitest';
import { frame } from '../src/framed-stream.js';
import { LINK_PROTOCOL } from '../src/links.js';
import {
  counted,
  deliverBothWays,
  eventually,
  hint,
  recordingLogger,
  startNode,
  stopAll,
} from './node.js';
import { portOf } from './relay.js';
import { hello, paddedTo, paddingOf, Stranger, sendOn, stopStrangers, varint } from './stranger.js';

const KEY = 'a1'.repeat(32);
/** A kind of frame that no release knows yet. */
const UNKNOWN = Uint8Array.of((15 << 3) | 2, 0);

const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await stopAll();
  await stopStrangers();
});

/** A TCP connection and nothing more. */
async function rawConnection(address: string): Promise<Socket> {
  const socket = connect(portOf(address), '127.0.0.1');
  sockets.add(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect').catch(() => undefined);
  return socket;
}

function isOpen(connection: Connection): boolean {
  return connection.status === 'open';
}

describe('connections that are not admitted yet are bounded', () => {
  test('the last within the limit is served, one more is refused, and the door opens again', async () => {
    const a = await startNode('a', { clusterKey: KEY, admissionsPendingMax: 3 });
    await rawConnection(a.address);
    const stranger = await Stranger.start();
    const idle = await stranger.dial(a.address);
    const third = await stranger.enter(a.address, KEY);
    expect(isOpen(third)).toBe(true);
    // Admitted, it is no longer pending.
    const fourth = await stranger.dial(a.address);
    expect(a.inspect().counters['admissionsRefusedLimit']).toBe(0);
    await expect(stranger.dial(a.address)).rejects.toThrow();
    await counted(a, 'admissionsRefusedLimit');
    idle.abort(new Error('makes room'));
    fourth.abort(new Error('makes room'));
    await counted(a, 'admissionsAbandoned', 2);
    await stranger.enter(a.address, KEY);
  });

  test('one more costs no socket: it is refused as soon as the kernel has accepted it', async () => {
    const a = await startNode('a', { clusterKey: KEY, admissionsPendingMax: 3 });
    let made = 0;
    const note = () => made++;
    subscribe('net.server.socket', note);
    try {
      for (let at = 0; at < 5; at++) await rawConnection(a.address);
      await counted(a, 'admissionsRefusedLimit', 2);
    } finally {
      unsubscribe('net.server.socket', note);
    }
    expect(made).toBe(3);
    expect(a.inspect().counters['admissionsRefused']).toBe(2);
  });

  test('a thousand that say nothing, or a byte a second, are closed; members notice nothing', async () => {
    const { logger, lines } = recordingLogger();
    const a = await startNode('a', { clusterKey: KEY }, { logger });
    const b = await startNode('b', { clusterKey: KEY, peers: [a.address] });
    await deliverBothWays(a, b, 'before');
    const stranger = await Stranger.start();
    const slowAdmission = await stranger.knock(a.address);
    const slow = await rawConnection(a.address);
    const bytes = frame(encodeHello(hello()));
    let sent = 0;
    const drip = setInterval(() => {
      if (slow.writable) slow.write(Uint8Array.of(19));
      if (slowAdmission.stream.writeStatus === 'writable')
        slowAdmission.stream.send(bytes.subarray(sent, ++sent));
    }, 1_000);
    const silent = await stranger.dial(a.address);
    await Promise.all(Array.from({ length: 1_000 }, () => rawConnection(a.address)));
    await counted(a, 'admissionsRefusedLimit', 1_003 - 64);
    for (let round = 0; round < 10; round++) await deliverBothWays(a, b, `during ${round}`);
    await counted(a, 'admissionsRefusedTimeout', 64);
    await eventually(
      () => !isOpen(silent) && !isOpen(slowAdmission.connection) && slow.destroyed,
      'all are closed',
    );
    clearInterval(drip);
    await deliverBothWays(a, b, 'afterwards');
    const { counters, peers } = a.inspect();
    expect(counters).toMatchObject({ admissionsRefused: 1_003, connectionsAdmitted: 1 });
    expect(peers).toHaveLength(1);
    expect(lines.filter(({ level }) => level === 'warn').length).toBeLessThanOrEqual(4);
  });
});

test('an address that wasted its handshakes is refused before the next, and members stay', async () => {
  const a = await startNode('a', { clusterKey: KEY, failuresPerAddressMax: 2 });
  const b = await startNode('b', { clusterKey: KEY, peers: [a.address] });
  await deliverBothWays(a, b, 'before');
  const stranger = await Stranger.start();
  const ofAnotherCluster = () => stranger.enter(a.address, 'b2'.repeat(32));
  for (let failures = 1; failures <= 2; failures++) {
    expect(a.inspect().counters['admissionsRefusedLimit']).toBe(0);
    await expect(ofAnotherCluster()).rejects.toThrow();
    await counted(a, 'admissionsRefusedKey', failures);
  }
  await expect(stranger.dial(a.address)).rejects.toThrow();
  await counted(a, 'admissionsRefusedLimit');
  await deliverBothWays(a, b, 'afterwards');
  // The door opens again by itself to who holds the key.
  const entered = () =>
    stranger.enter(a.address, KEY).then(
      () => true,
      () => false,
    );
  while (!(await entered()));
});

test('connections are bounded, and one more is refused', async () => {
  const a = await startNode('a', { clusterKey: KEY, connectionsMax: 2 });
  const stranger = await Stranger.start();
  const first = await stranger.enter(a.address, KEY);
  const second = await stranger.dial(a.address);
  expect([isOpen(first), isOpen(second)]).toEqual([true, true]);
  await expect(stranger.dial(a.address)).rejects.toThrow();
  await counted(a, 'admissionsRefusedLimit');
  expect(isOpen(first)).toBe(true);
});

test('members are bounded, and one more is refused and told so', async () => {
  const a = await startNode('a', { clusterKey: KEY, membersMax: 2 });
  const b = await startNode('b', { clusterKey: KEY, peers: [a.address] });
  const c = await startNode('c', { clusterKey: KEY, peers: [a.address] });
  await deliverBothWays(a, b, 'k');
  await deliverBothWays(a, c, 'k');
  const d = await startNode('d', { clusterKey: KEY, peers: [a.address] });
  await counted(a, 'admissionsRefusedLimit');
  await counted(d, 'admissionsRefusedLimit');
  expect(a.inspect().counters['connectionsAdmitted']).toBe(2);
});

test('a member that restarts before it is missed takes its own place, not one more', async () => {
  const a = await startNode('a', { clusterKey: KEY, membersMax: 1 });
  const stranger = await Stranger.start();
  await stranger.enter(a.address, KEY, { node: 'b' as NodeName });
  const other = stranger.enter(a.address, KEY, { node: 'c' as NodeName });
  await expect(other).rejects.toThrow('not admitted');
  await stranger.enter(a.address, KEY, { node: 'b' as NodeName });
  expect(a.inspect().counters).toMatchObject({ connectionsAdmitted: 2, admissionsRefusedLimit: 1 });
});

describe('streams are bounded', () => {
  test('a member has one stream for its frames; a second is reset', async () => {
    const a = await startNode('a', { clusterKey: KEY });
    const stranger = await Stranger.start();
    const connection = await stranger.enter(a.address, KEY);
    const first = await stranger.link(connection);
    const second = await connection
      .newStream(LINK_PROTOCOL, { maxOutboundStreams: 2 })
      .catch(() => undefined);
    await eventually(() => second === undefined || second.status !== 'open', 'the second is reset');
    expect(first.status).toBe('open');
    sendOn(first, UNKNOWN);
    await counted(a, 'framesUnknown');
  });

  test('streams of one connection, whatever they are for', async () => {
    const a = await startNode('a', { clusterKey: KEY, streamsPerPeerMax: 4 });
    const stranger = await Stranger.start();
    const connection = await stranger.enter(a.address, KEY);
    await eventually(
      () => connection.streams.every(({ direction }) => direction === 'inbound'),
      'the admission has ended',
    );
    // Undecided about their protocol, they stay open until they are given up.
    const muxer = (connection as unknown as { muxer: { createStream(): Promise<Stream> } }).muxer;
    const held = await Promise.all(Array.from({ length: 4 }, () => muxer.createStream()));
    const oneMore = await muxer.createStream();
    await eventually(() => oneMore.status === 'reset', 'one more is reset');
    expect(held.map(({ status }) => status)).toEqual(Array(4).fill('open'));
  });
});

describe('frames are bounded', () => {
  test('before admission: a hello of 8,192 bytes is read, one byte more is refused', async () => {
    const a = await startNode('a', { clusterKey: KEY });
    const stranger = await Stranger.start();
    const fits = await stranger.knock(a.address);
    await stranger.prove(fits, paddedTo(8_192, encodeHello(hello())), KEY);
    expect(a.inspect().counters['connectionsAdmitted']).toBe(1);
    const tooLong = await stranger.knock(a.address);
    tooLong.conversation.write(paddedTo(8_193, encodeHello(hello())));
    await counted(a, 'admissionsRefusedForeign');
  });

  test.each([524_288, 1_048_576])(
    'on a link: a frame of %i bytes is read, one byte more drops the peer and is counted',
    async (frameBytesMax) => {
      const a = await startNode('a', { clusterKey: KEY, frameBytesMax });
      const stranger = await Stranger.start();
      const connection = await stranger.enter(a.address, KEY);
      const stream = await stranger.link(connection);
      sendOn(stream, paddedTo(frameBytesMax, UNKNOWN));
      await counted(a, 'framesUnknown');
      expect(isOpen(connection)).toBe(true);
      // The length alone is reason enough.
      stream.send(frame(new Uint8Array(frameBytesMax + 1)).subarray(0, 100));
      await counted(a, 'framesInvalid');
      await eventually(() => !isOpen(connection), 'the peer is dropped');
    },
  );

  test('by gossipsub: a message of the limit is read, a longer one is not', async () => {
    const frameBytesMax = 524_288;
    const rpcBytesMax = frameBytesMax + 4_096;
    const a = await startNode('a', { clusterKey: KEY, frameBytesMax });
    const stranger = await Stranger.start();
    const connection = await stranger.enter(a.address, KEY);
    sendOn(await connection.newStream('/meshsub/1.1.0'), gossipOf(rpcBytesMax));
    await eventually(() => a.host.events.length === 1, 'the first is read');
    const other = await stranger.enter(a.address, KEY);
    sendOn(await other.newStream('/meshsub/1.1.0'), gossipOf(rpcBytesMax + 1));
    const b = await startNode('b', { clusterKey: KEY, frameBytesMax, peers: [a.address] });
    await deliverBothWays(a, b, 'k');
    expect(a.host.events.filter(({ target }) => target.key === 'gossip')).toHaveLength(1);
  });
});

/** @returns an RPC of gossipsub of exactly `bytes` bytes with one event in it */
function gossipOf(bytes: number): Uint8Array {
  const origin = { node: 'x' as NodeName, epoch: 'ab'.repeat(8) as Epoch };
  const run = { origin, first: 1 as Sequence, announcements: [hint('gossip')] };
  const message = Buffer.concat([
    field(2, encodeMessage({ kind: 'events', runs: [run] })),
    field(4, Buffer.from('hearsay/events/1')),
  ]);
  const publish = field(2, message);
  return Buffer.concat([publish, paddingOf(bytes - publish.byteLength)]);
}

function field(number: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of((number << 3) | 2), varint(value.byteLength), value]);
}
