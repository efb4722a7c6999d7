import {
  type Incarnation,
  MEMBERSHIP_MESSAGE_LIMITS,
  MESSAGE_LIMITS,
  METADATA_LIMITS,
  type MemberUpdate,
  type Metadata,
  type NodeMessage,
} from '@hearsay/protocol';
import { LIMITS, type NodeName } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import { MeshFrame, type MemberUpdate as WireMemberUpdate } from '../src/generated/hearsay.js';
import {
  decodeMessage,
  encodeMessage,
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
} from '../src/index.js';
import { alive, heartbeat, members, ORIGIN, pingRequest, pingResult, repeat } from './samples.js';

const { updatesMax, membersMax } = MEMBERSHIP_MESSAGE_LIMITS;
const { entriesMax, keyCharsMax, valueCharsMax, bytesMax } = METADATA_LIMITS;
const MAX = Number.MAX_SAFE_INTEGER;
const WIRE_ORIGIN = { node: 'node-a', epoch: new Uint8Array(8).fill(0xab) };
const ALIVE: WireMemberUpdate = {
  origin: WIRE_ORIGIN,
  incarnation: 1,
  state: 0,
  addresses: ['a:1'],
  metadata: [{ key: 'k', value: 'v' }],
};
const DEAD: WireMemberUpdate = { ...ALIVE, state: 2, addresses: [], metadata: [] };
const SUSPECT: WireMemberUpdate = { ...DEAD, state: 1, by: WIRE_ORIGIN, evidence: 0 };

/** What `wire` decodes to, written by the generated encoder, which checks nothing. */
function decodeWire(wire: Partial<MeshFrame>): NodeMessage {
  return decodeMessage(MeshFrame.encode(wire));
}

/** In each of the five messages that carry updates. */
function framesWith(updates: WireMemberUpdate[]): Partial<MeshFrame>[] {
  const beat = { beat: 1, heads: [], hashLow: 0, hashHigh: 0, updates };
  const ping = { sequence: 1, target: WIRE_ORIGIN, updates };
  return [
    { heartbeat: beat },
    { heartbeatAck: beat },
    { pingRequest: ping },
    { pingResult: { ...ping, acked: false } },
    { members: { members: updates, reply: false } },
  ];
}

function metadataOf(count: number): Metadata {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
}

function entriesOf(metadata: Metadata): WireMemberUpdate['metadata'] {
  return Object.entries(metadata).map(([key, value]) => ({ key, value }));
}

/** Metadata that takes `bytes` bytes: eight entries with values of at most their limit. */
function metadataOfBytes(bytes: number): Metadata {
  const entries: [string, string][] = [];
  for (let rest = bytes; rest > 0; rest -= valueCharsMax)
    entries.push([`${entries.length}`, 'v'.repeat(Math.min(rest, valueCharsMax) - 1)]);
  return Object.fromEntries(entries);
}

describe('a list is refused beyond its limit, by the writer and by the reader', () => {
  const wireUpdates = repeat(updatesMax + 1, DEAD);
  const [beat, ack, request, result] = framesWith(wireUpdates);
  const { addressesPerNodeMax } = LIMITS;
  const acknowledgement = (count: number): NodeMessage =>
    ({ ...heartbeat(0, repeat(count, alive())), kind: 'heartbeat-ack' }) as NodeMessage;

  test.each<[string, (count: number) => NodeMessage, number, Partial<MeshFrame> | undefined]>([
    ['updates of a heartbeat', (n) => heartbeat(0, repeat(n, alive())), updatesMax, beat],
    ['updates of an acknowledgement', acknowledgement, updatesMax, ack],
    ['updates of a ping request', (n) => pingRequest(repeat(n, alive())), updatesMax, request],
    ['updates of a ping result', (n) => pingResult(repeat(n, alive())), updatesMax, result],
    [
      'members',
      (n) => members(repeat(n, alive())),
      membersMax,
      { members: { members: repeat(membersMax + 1, DEAD), reply: false } },
    ],
    [
      'addresses',
      (n) => members([alive({ addresses: repeat(n, 'a:1') })]),
      addressesPerNodeMax,
      framesWith([{ ...ALIVE, addresses: repeat(addressesPerNodeMax + 1, 'a:1') }])[4],
    ],
    [
      'metadata entries',
      (n) => members([alive({ metadata: metadataOf(n) })]),
      entriesMax,
      framesWith([{ ...ALIVE, metadata: entriesOf(metadataOf(entriesMax + 1)) }])[4],
    ],
  ])('%s', (_, messageOf, limit, beyondOnWire) => {
    const atLimit = messageOf(limit);
    expect(decodeMessage(encodeMessage(atLimit))).toStrictEqual(atLimit);
    expect(() => encodeMessage(messageOf(limit + 1))).toThrow(FrameTooLargeError);
    expect(() => decodeWire(beyondOnWire ?? {})).toThrow(FrameTooLargeError);
  });
});

describe('what a member says of itself is bounded, for the writer and for the reader', () => {
  const describedBy = (addresses: readonly string[], metadata: Metadata) => ({
    message: members([alive({ addresses, metadata })]),
    wire: framesWith([
      { ...ALIVE, addresses: [...addresses], metadata: entriesOf(metadata) },
    ])[4] as Partial<MeshFrame>,
  });

  test.each<[string, readonly string[], Metadata]>([
    ['an address of 256 characters', ['a'.repeat(LIMITS.addressCharsMax)], {}],
    ['a key of 64 characters', [], { ['k'.repeat(keyCharsMax)]: '' }],
    ['a value of 256 characters', [], { k: 'v'.repeat(valueCharsMax) }],
    ['metadata of 2048 bytes', [], metadataOfBytes(bytesMax)],
  ])('%s passes', (_, addresses, metadata) => {
    const { message, wire } = describedBy(addresses, metadata);
    expect(decodeMessage(encodeMessage(message))).toStrictEqual(message);
    expect(decodeWire(wire)).toStrictEqual(message);
  });

  test.each<[string, readonly string[], Metadata]>([
    ['an address of 257 characters', ['a'.repeat(LIMITS.addressCharsMax + 1)], {}],
    ['an empty address', [''], {}],
    ['an address with a space', ['a b:1'], {}],
    ['a key of 65 characters', [], { ['k'.repeat(keyCharsMax + 1)]: '' }],
    ['an empty key', [], { '': 'v' }],
    ['a value of 257 characters', [], { k: 'v'.repeat(valueCharsMax + 1) }],
    ['metadata of 2049 bytes', [], metadataOfBytes(bytesMax + 1)],
  ])('%s is refused', (_, addresses, metadata) => {
    const { message, wire } = describedBy(addresses, metadata);
    expect(() => encodeMessage(message)).toThrow(FrameInvalidError);
    expect(() => decodeWire(wire)).toThrow(FrameInvalidError);
  });

  test('the longest updates fit the frame of a heartbeat', () => {
    const longest = alive({
      origin: { ...ORIGIN, node: 'n'.repeat(LIMITS.nodeNameCharsMax) as NodeName },
      incarnation: 0xffff_ffff as Incarnation,
      addresses: repeat(LIMITS.addressesPerNodeMax, 'a'.repeat(LIMITS.addressCharsMax)),
      metadata: metadataOfBytes(bytesMax),
    });
    const message = heartbeat(MESSAGE_LIMITS.headsMax, repeat(updatesMax, longest));
    expect(decodeMessage(encodeMessage(message))).toStrictEqual(message);
    // As many of them as members may be listed are for their sender to cut by bytes.
    const table = members(repeat(membersMax, longest));
    expect(() => encodeMessage(table)).toThrow(FrameTooLargeError);
  });

  test('as many accusations as members may be listed fit a frame, however long the names', () => {
    const origin = { ...ORIGIN, node: 'n'.repeat(LIMITS.nodeNameCharsMax) as NodeName };
    const incarnation = 0xffff_ffff as Incarnation;
    const accused: MemberUpdate = {
      state: 'suspect',
      origin,
      incarnation,
      by: origin,
      evidence: 'silent',
    };
    const table = members(repeat(membersMax, accused));
    expect(decodeMessage(encodeMessage(table))).toStrictEqual(table);
  });
});

test('a metadata key that names something of every object is a key like any other', () => {
  const metadata = Object.fromEntries(
    ['__proto__', 'constructor', 'toString'].map((key) => [key, 'v']),
  );
  const decoded = decodeMessage(encodeMessage(members([alive({ metadata })])));
  expect(decoded).toStrictEqual(members([alive({ metadata })]));
  const read = decoded.kind === 'members' ? decoded.members[0] : undefined;
  if (read?.state !== 'alive') throw new Error('unreachable');
  expect(Object.keys(read.metadata)).toEqual(['__proto__', 'constructor', 'toString']);
  expect(Object.getPrototypeOf(read.metadata)).toBe(Object.prototype);
});

test('a state or evidence of a newer minor version is told from junk', () => {
  for (const update of [
    { ...ALIVE, state: 4 },
    { ...SUSPECT, evidence: 2 },
  ])
    for (const wire of framesWith([DEAD, update]))
      expect(() => decodeWire(wire)).toThrow(FrameUnknownError);
});

describe('an update out of its form makes the whole message invalid', () => {
  test('the updates that the cases below spoil are valid', () => {
    for (const wire of framesWith([ALIVE, SUSPECT, { ...SUSPECT, evidence: 1 }, DEAD]))
      expect(decodeWire(wire)).toHaveProperty('kind');
    expect(decodeWire({ members: { members: [{ ...DEAD, state: 3 }], reply: true } })).toEqual({
      kind: 'members',
      members: [{ state: 'left', origin: ORIGIN, incarnation: 1 }],
      reply: true,
    });
  });

  const without = (update: WireMemberUpdate, field: 'origin' | 'by' | 'evidence') => {
    const { [field]: _, ...rest } = update;
    return rest;
  };
  const { addresses, metadata } = ALIVE;
  const twice = repeat(2, { key: '__proto__', value: 'v' });

  test.each<[string, WireMemberUpdate]>([
    ['no origin', without(DEAD, 'origin')],
    ['a node name with a space', { ...DEAD, origin: { ...WIRE_ORIGIN, node: 'a b' } }],
    ['an epoch of 7 bytes', { ...DEAD, origin: { node: 'a', epoch: new Uint8Array(7) } }],
    ['a metadata key that stands twice', { ...ALIVE, metadata: twice }],
    ['an accuser of one that is alive', { ...ALIVE, by: WIRE_ORIGIN }],
    ['evidence against one that is alive', { ...ALIVE, evidence: 0 }],
    ['a suspicion without an accuser', without(SUSPECT, 'by')],
    ['an accuser without an epoch', { ...SUSPECT, by: { node: 'a' } }],
    ['a suspicion without evidence', without(SUSPECT, 'evidence')],
    ['the addresses of a suspect', { ...SUSPECT, addresses }],
    ['the metadata of a suspect', { ...SUSPECT, metadata }],
    ['the addresses of one that is dead', { ...DEAD, addresses }],
    ['the metadata of one that left', { ...DEAD, state: 3, metadata }],
    ['an accuser of one that is dead', { ...DEAD, by: WIRE_ORIGIN }],
    ['evidence against one that left', { ...DEAD, state: 3, evidence: 1 }],
  ])('%s', (_, update) => {
    for (const wire of framesWith([DEAD, update]))
      expect(() => decodeWire(wire)).toThrow(FrameInvalidError);
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN])('the writer refuses incarnation %d', (number) => {
    const message = members([alive({ incarnation: number as Incarnation })]);
    expect(() => encodeMessage(message)).toThrow(FrameInvalidError);
  });
});

describe('a ping for another node', () => {
  const ping = { sequence: MAX, target: WIRE_ORIGIN, updates: [] };
  const framesOf = (change: object): Partial<MeshFrame>[] => [
    { pingRequest: { ...ping, ...change } },
    { pingResult: { ...ping, acked: true, ...change } },
  ];

  test('is numbered up to 2^53-1', () => {
    for (const wire of framesOf({})) expect(decodeWire(wire)).toHaveProperty('sequence', MAX);
  });

  test.each([
    ['sequence 0', { sequence: 0 }],
    ['no target', { target: undefined }],
    ['a target without an epoch', { target: { node: 'a' } }],
    ['a target whose name has a space', { target: { ...WIRE_ORIGIN, node: 'a b' } }],
  ])('with %s is refused', (_, change) => {
    for (const wire of framesOf(change)) expect(() => decodeWire(wire)).toThrow(FrameInvalidError);
  });

  test('numbered above 2^53-1 is refused', () => {
    for (const wire of framesOf({})) {
      const hex = Buffer.from(MeshFrame.encode(wire)).toString('hex');
      expect(hex.split('ffffffffffffff0f')).toHaveLength(2);
      const bytes = Buffer.from(hex.replace('ffffffffffffff0f', '8080808080808010'), 'hex');
      expect(() => decodeMessage(bytes)).toThrow(FrameInvalidError);
    }
  });

  test.each([0, MAX + 1, 1.5])('numbered %d is refused by the writer', (sequence) => {
    for (const message of [pingRequest([]), pingResult([])])
      expect(() => encodeMessage({ ...message, sequence } as NodeMessage)).toThrow(
        FrameInvalidError,
      );
  });
});
