import type { MemberUpdate, NodeMessage, SketchCell, VectorEntry } from '@hearsay/protocol';
import {
  type Announcement,
  type AppendId,
  type Epoch,
  keyOf,
  type LogId,
  nodeNameOf,
  type Origin,
  type Sequence,
  scopeOf,
  type Version,
} from '@hearsay/spi';
import { encodeMessage } from '@hearsay/wire';

/** What lower layers add to one message that travels by itself. */
export const OVERHEAD = {
  /** yamux: header of a data frame. */
  yamux: 12,
  /** Noise: length and authentication tag. */
  noise: 18,
  /** yamux: the receiver answers each message by a window update, which is a header. */
  windowUpdate: 12,
  /** A segment: IPv4 20, TCP 20, its timestamps 12. Acknowledgements of TCP are not counted. */
  tcpIp: 52,
  segmentBytesMax: 1_448,
  /** gossipsub: an RPC with one message without signature, its topic "hearsay/events/1". */
  gossipsub: 24,
  /** gossipsub: an id in IHAVE or IWANT, a SHA-256. */
  gossipsubId: 34,
} as const;

/** Bytes of each kind of message on the wire, lower layers included. */
export interface MessageSizes {
  readonly event: number;
  readonly gossip: number;
  readonly ids: (count: number) => number;
  readonly heartbeat: (heads: number) => number;
  readonly pingRequest: number;
  readonly pingResult: number;
  readonly vector: (origins: number) => number;
  readonly sketch: (cells: number) => number;
  readonly sketchRequest: number;
  readonly difference: (entries: number, wanted: number) => number;
  readonly pull: (events: number) => number;
  readonly answer: (events: number) => number;
  /** Of the table of all members. */
  readonly members: (count: number) => number;
}

const EPOCH = '5eed5eed5eed5eed' as Epoch;
const LOG_ID = '0123456789abcdef0123456789abcdef' as LogId;
const APPEND_ID = '0123456789abcdef' as AppendId;
/** A varint of two bytes, as of most of the time in a process's life. */
const SEQUENCE = 9_999 as Sequence;
/** Of most origins of a large cluster nothing was heard for some minutes. */
const SILENT_MS = 200_000;
/** Of a vector, as in anti-entropy.ts. */
const ENTRIES_PER_PART = 1_024;

/**
 * @param nodes of the cluster: names are as long as the largest number
 * @returns sizes by the real encoder, of a logged event with a key of 42 characters
 */
export function messageSizes(nodes: number): MessageSizes {
  const origin: Origin = { node: nodeNameOf(`cache-${nodes}`), epoch: EPOCH };
  const event = framed({ kind: 'events', runs: [run(origin, 1)] });
  return {
    event: onWire(event),
    gossip: onWire(event + OVERHEAD.gossipsub),
    ids: (count) => onWire(OVERHEAD.gossipsub + count * OVERHEAD.gossipsubId),
    heartbeat: memo((heads) => onWire(framed(heartbeat(origin, heads)))),
    pingRequest: onWire(framed(ping('ping-request', origin))),
    pingResult: onWire(
      framed({ ...ping('ping-request', origin), kind: 'ping-result', acked: true }),
    ),
    vector: memo((origins) => vectorBytes(origin, origins)),
    sketch: memo((cells) => onWire(framed(sketch(cells)))),
    sketchRequest: onWire(framed({ kind: 'sketch-request', cells: 128 })),
    difference: (entries, wanted) => differenceBytes(origin, entries, wanted),
    pull: memo((events) => onWire(framed(pull(origin, events)))),
    answer: memo((events) => onWire(framed({ kind: 'events', runs: runs(origin, events) }))),
    members: (count) => onWire(count * memberBytes(origin)),
  };
}

/** In yamux, Noise and TCP segments, and what comes back for it. */
function onWire(bytes: number): number {
  const stream = bytes + OVERHEAD.yamux + OVERHEAD.noise;
  const back = OVERHEAD.windowUpdate + OVERHEAD.noise + OVERHEAD.tcpIp;
  return stream + Math.ceil(stream / OVERHEAD.segmentBytesMax) * OVERHEAD.tcpIp + back;
}

function framed(message: NodeMessage): number {
  const { length } = encodeMessage(message);
  return length + (length < 128 ? 1 : length < 16_384 ? 2 : 3);
}

function memo(sizeOf: (count: number) => number): (count: number) => number {
  const sizes: number[] = [];
  return (count) => (sizes[count] ??= sizeOf(count));
}

function announcement(version: number): Announcement {
  return {
    scope: scopeOf('products'),
    target: { kind: 'key', key: keyOf('lake/catalog/warehouse/products/item-00042') },
    place: {
      logId: LOG_ID,
      version: version as Version,
      appendId: APPEND_ID,
      prevId: APPEND_ID,
    },
  };
}

function run(origin: Origin, first: number) {
  return { origin, first: (SEQUENCE + first) as Sequence, announcements: [announcement(123_456)] };
}

/** Each of another origin. */
function runs(origin: Origin, count: number) {
  return Array.from({ length: count }, (_, i) => run(origin, i));
}

function heartbeat(origin: Origin, heads: number): NodeMessage {
  return {
    kind: 'heartbeat',
    beat: 99_999,
    digest: {
      heads: Array.from({ length: heads }, () => ({ origin, sequence: SEQUENCE })),
      hashLow: 1,
      hashHigh: 1,
    },
    updates: [],
  };
}

function ping(kind: 'ping-request', target: Origin) {
  return { kind, sequence: 99_999, target, updates: [] } as const;
}

/** In as many messages as it takes. */
function vectorBytes(origin: Origin, origins: number): number {
  const rest = origins % ENTRIES_PER_PART;
  const full = origins < ENTRIES_PER_PART ? 0 : onWire(framed(vector(origin, ENTRIES_PER_PART)));
  return (
    Math.floor(origins / ENTRIES_PER_PART) * full +
    (rest > 0 ? onWire(framed(vector(origin, rest))) : 0)
  );
}

function vector(origin: Origin, origins: number): NodeMessage {
  const entries = Array.from({ length: origins }, () => entryOf(origin, SILENT_MS));
  return { kind: 'vector', entries, reply: true };
}

function entryOf(origin: Origin, silentMs: number): VectorEntry {
  return { origin, contiguous: SEQUENCE, above: [], silentMs };
}

function sketch(cells: number): NodeMessage {
  const cell: SketchCell = { count: 100, key: 2 ** 52 + 1, head: SEQUENCE, check: 1 };
  return { kind: 'sketch', cells: Array.from({ length: cells }, () => cell), origins: cells };
}

function differenceBytes(origin: Origin, entries: number, wanted: number): number {
  return onWire(
    framed({
      kind: 'difference',
      entries: Array.from({ length: entries }, () => entryOf(origin, 100)),
      wanted: Array.from({ length: wanted }, () => 2 ** 52 + 1),
    }),
  );
}

function pull(origin: Origin, events: number): NodeMessage {
  const range = { origin, from: SEQUENCE, to: SEQUENCE };
  return { kind: 'pull', ranges: Array.from({ length: events }, () => range) };
}

/** Of one living member with one address and no metadata. */
function memberBytes(origin: Origin): number {
  const update: MemberUpdate = {
    state: 'alive',
    origin,
    incarnation: 1 as Extract<MemberUpdate, { state: 'alive' }>['incarnation'],
    addresses: ['10.20.30.40:7946'],
    metadata: {},
  };
  const one = encodeMessage({ kind: 'members', members: [update], reply: false }).length;
  return encodeMessage({ kind: 'members', members: [update, update], reply: false }).length - one;
}
