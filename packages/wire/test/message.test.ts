import { MESSAGE_LIMITS, type NodeMessage } from '@hearsay/protocol';
import type { AppendId, Epoch, LogId, Sequence, Version } from '@hearsay/spi';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MeshFrame, type Announcement as WireAnnouncement } from '../src/generated/hearsay.js';
import {
  decodeMessage,
  encodeMessage,
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
} from '../src/index.js';
import { nodeMessage } from './arbitraries.js';
import {
  difference,
  events,
  heartbeat,
  hint,
  ORIGIN,
  pull,
  repeat,
  run,
  sketch,
  vector,
} from './samples.js';

const MAX = Number.MAX_SAFE_INTEGER;
const WIRE_ORIGIN = { node: 'node-a', epoch: new Uint8Array(8).fill(0xab) };
const HINT: WireAnnouncement = { scope: 's', kind: 0, key: 'k' };
const ID = new Uint8Array(8);
const LOG = new Uint8Array(16);

/** What `wire` decodes to, written by the generated encoder, which checks nothing. */
function decodeWire(wire: Partial<MeshFrame>): NodeMessage {
  return decodeMessage(MeshFrame.encode(wire));
}

function decodeAnnouncement(announcement: WireAnnouncement): NodeMessage {
  const runs = [{ origin: WIRE_ORIGIN, first: 1, count: 1 }];
  return decodeWire({ events: { runs, announcements: [announcement] } });
}

test('every valid message survives the wire exactly', () => {
  fc.assert(
    fc.property(nodeMessage, (message) => {
      expect(decodeMessage(encodeMessage(message))).toStrictEqual(message);
    }),
    { numRuns: 500 },
  );
});

test('the log of a run is written once, and a second one only where it differs', () => {
  const place = (logId: string) => ({
    logId: logId as LogId,
    version: 1 as Version,
    appendId: '11'.repeat(8) as AppendId,
    prevId: '22'.repeat(8) as AppendId,
  });
  const same = { ...hint('k'), place: place('aa'.repeat(16)) };
  const other = { ...hint('k'), place: place('bb'.repeat(16)) };
  const size = (...announcements: (typeof same)[]) =>
    encodeMessage(events({ origin: ORIGIN, first: 1 as Sequence, announcements })).length;
  expect(size(same, other) - size(same, same)).toBe(18);
});

describe('a list is refused beyond its limit, by the writer and by the reader', () => {
  const { runsMax, eventsMax, headsMax, entriesMax, rangesMax, pullRangesMax } = MESSAGE_LIMITS;
  const { cellsMax, wantedMax } = MESSAGE_LIMITS;
  const wireRun = { origin: WIRE_ORIGIN, first: 1, count: 1 };
  const entry = (above: number) => ({
    origin: WIRE_ORIGIN,
    contiguous: 0,
    above: repeat(above, 1),
    silentMs: 0,
  });
  const range = { origin: WIRE_ORIGIN, from: 1, to: 2 };
  const heads = repeat(headsMax + 1, { origin: WIRE_ORIGIN, sequence: 1 });
  const beat = { beat: 1, heads, hashLow: 1, hashHigh: 1, updates: [] };

  test.each<[string, NodeMessage, NodeMessage, Partial<MeshFrame>]>([
    [
      'runs',
      events(...repeat(runsMax, run(1))),
      events(...repeat(runsMax + 1, run(1))),
      { events: { runs: repeat(runsMax + 1, wireRun), announcements: repeat(runsMax + 1, HINT) } },
    ],
    [
      'events of one run',
      events(run(eventsMax)),
      events(run(eventsMax + 1)),
      {
        events: {
          runs: [{ ...wireRun, count: eventsMax + 1 }],
          announcements: repeat(eventsMax + 1, HINT),
        },
      },
    ],
    [
      'events of all runs',
      events(run(eventsMax - 1), run(1)),
      events(run(eventsMax), run(1)),
      {
        events: {
          runs: [{ ...wireRun, count: eventsMax }, wireRun],
          announcements: repeat(eventsMax + 1, HINT),
        },
      },
    ],
    ['heads', heartbeat(headsMax), heartbeat(headsMax + 1), { heartbeat: beat }],
    [
      'vector entries',
      vector(entriesMax),
      vector(entriesMax + 1),
      { vector: { entries: repeat(entriesMax + 1, entry(0)), reply: false, more: false } },
    ],
    [
      'ranges above one origin',
      vector(1, rangesMax),
      vector(1, rangesMax + 1),
      { vector: { entries: [entry(2 * rangesMax + 2)], reply: false, more: false } },
    ],
    [
      'cells of a sketch',
      sketch(cellsMax),
      sketch(cellsMax + 1),
      { sketch: { cells: new Uint8Array(7 * (cellsMax + 1)), origins: 1 } },
    ],
    [
      'entries of a difference',
      difference(entriesMax, 0),
      difference(entriesMax + 1, 0),
      { difference: { entries: repeat(entriesMax + 1, entry(0)), wanted: [] } },
    ],
    [
      'wanted keys',
      difference(0, wantedMax),
      difference(0, wantedMax + 1),
      { difference: { entries: [], wanted: repeat(wantedMax + 1, 7) } },
    ],
    [
      'pulled ranges',
      pull(pullRangesMax),
      pull(pullRangesMax + 1),
      { pull: { ranges: repeat(pullRangesMax + 1, range) } },
    ],
  ])('%s', (_, atLimit, beyond, beyondOnWire) => {
    expect(decodeMessage(encodeMessage(atLimit))).toStrictEqual(atLimit);
    expect(() => encodeMessage(beyond)).toThrow(FrameTooLargeError);
    expect(() => decodeWire(beyondOnWire)).toThrow(FrameTooLargeError);
  });
});

test('a frame is written up to its limit in bytes, and not one byte beyond', () => {
  const keys = repeat(1039, 'k'.repeat(1000));
  const message = () => events({ ...run(1), announcements: keys.map(hint) });
  let spare = MESSAGE_LIMITS.frameBytesMax - encodeMessage(message()).length;
  for (let i = 0; spare > 0; i++) {
    const more = Math.min(spare, 24);
    keys[i] = 'k'.repeat(1000 + more);
    spare -= more;
  }
  const frame = encodeMessage(message());
  expect(frame.length).toBe(MESSAGE_LIMITS.frameBytesMax);
  expect(decodeMessage(frame)).toStrictEqual(message());
  keys[1000] += 'k';
  expect(() => encodeMessage(message())).toThrow(FrameTooLargeError);
});

test('a frame is read up to its limit in bytes, fields of a newer version skipped', () => {
  const leave = (bytes: number) => {
    const frame = new Uint8Array(bytes);
    // Field 7 (leave), its length; in it an unknown field 15 with the rest. Lengths of 4 bytes.
    frame.set([0x3a, ...varint(bytes - 5), 0x7a, ...varint(bytes - 10)]);
    return frame;
  };
  const varint = (n: number) => [0, 7, 14, 21].map((s) => ((n >> s) & 127) | (s < 21 ? 128 : 0));
  expect(decodeMessage(leave(MESSAGE_LIMITS.frameBytesMax))).toStrictEqual({ kind: 'leave' });
  expect(() => decodeMessage(leave(MESSAGE_LIMITS.frameBytesMax + 1))).toThrow(FrameTooLargeError);
});

test('a kind of message or target of a newer minor version is told from junk', () => {
  expect(() => decodeMessage(Uint8Array.of((14 << 3) | 2, 1, 0))).toThrow(FrameUnknownError);
  expect(() => decodeAnnouncement({ ...HINT, kind: 4 })).toThrow(FrameUnknownError);
});

describe('a frame that is not one whole message is refused', () => {
  test.each([
    ['nothing', []],
    ['field number 0', [2, 0]],
    ['a kind that is not a message', [0x08, 1]],
    ['an unknown kind that does not fill the frame', [0x72, 5, 0]],
    ['a byte after the message', [0x3a, 0, 0]],
    ['two messages', [0x3a, 0, 0x3a, 0]],
    // A vector with one entry whose `contiguous` goes on after the end of the frame.
    ['a number cut off at the end', [0x22, 6, 0x0a, 4, 0x10, 0x80, 0x80, 0x80]],
  ])('%s', (_, bytes) => {
    expect(() => decodeMessage(Uint8Array.from(bytes))).toThrow(FrameInvalidError);
  });

  test('a number cut off at the end of an otherwise valid message', () => {
    const message = vector(1);
    if (message.kind !== 'vector') throw new Error('unreachable');
    const entries = message.entries.map((e) => ({ ...e, contiguous: (2 ** 21) as Sequence }));
    const whole = encodeMessage({ ...message, entries });
    const cut = whole.slice(0, -1);
    cut[1] = (cut[1] ?? 0) - 1;
    cut[3] = (cut[3] ?? 0) - 1;
    expect(() => decodeMessage(cut)).toThrow(FrameInvalidError);
  });
});

describe('a field out of its range makes the whole message invalid', () => {
  const committed = { ...HINT, version: 1, appendId: ID, prevId: ID, logId: LOG };
  const without = (field: 'version' | 'appendId' | 'prevId' | 'logId') => {
    const { [field]: _, ...rest } = committed;
    return rest;
  };

  test('the announcement that the cases below spoil is valid', () => {
    expect(decodeAnnouncement(committed)).toMatchObject({ kind: 'events' });
    expect(decodeAnnouncement({ ...committed, version: MAX })).toMatchObject({ kind: 'events' });
  });

  test.each<[string, WireAnnouncement]>([
    ['no scope', { ...HINT, scope: '' }],
    ['a scope of 65 characters', { ...HINT, scope: 's'.repeat(65) }],
    ['no key', { ...HINT, key: '' }],
    ['a key above its limit', { ...HINT, key: 'k'.repeat(1025) }],
    ['a key with an empty segment', { ...HINT, key: 'a//b' }],
    ['a prefix with a control character', { ...HINT, kind: 1, key: 'a\u0000' }],
    ['a tag above its limit', { ...HINT, kind: 2, key: 't'.repeat(257) }],
    ['a key for a whole scope', { ...HINT, kind: 3 }],
    ['version 0', { ...committed, version: 0 }],
    ['an append id of 7 bytes', { ...committed, appendId: ID.subarray(1) }],
    ['a previous id of 9 bytes', { ...committed, prevId: new Uint8Array(9) }],
    ['a log id of 15 bytes', { ...committed, logId: LOG.subarray(1) }],
    ['no append id', without('appendId')],
    ['no previous id', without('prevId')],
    ['no log', without('logId')],
    ['links without a version', without('version')],
    ['a hint with a log', { ...HINT, logId: LOG }],
  ])('%s', (_, announcement) => {
    expect(() => decodeAnnouncement(announcement)).toThrow(FrameInvalidError);
  });

  const wireRun = { origin: WIRE_ORIGIN, first: 1, count: 1 };
  const eventsOf = (change: object, count = 1, announcement = HINT) => ({
    events: { runs: [{ ...wireRun, ...change }], announcements: repeat(count, announcement) },
  });
  const entryOf = (change: object) => ({
    vector: {
      entries: [{ origin: WIRE_ORIGIN, contiguous: 0, above: [], silentMs: 0, ...change }],
      reply: false,
      more: false,
    },
  });
  /** A cell: its count, key and head as they stand on the wire, and its check. */
  const cellOf = (count: string, key: string, head: string) =>
    Buffer.from(`${count}${key}${head}00000000`, 'hex');
  const sketchOf = (...cells: Uint8Array[]) => ({
    sketch: { cells: Buffer.concat(cells), origins: 1 },
  });
  const CELL = cellOf('02', '01', '01');
  const pullOf = (change: object) => ({
    pull: { ranges: [{ origin: WIRE_ORIGIN, from: 1, to: 2, ...change }] },
  });
  const beatOf = (beat: number, sequence: number) => ({
    heartbeat: {
      beat,
      heads: [{ origin: WIRE_ORIGIN, sequence }],
      hashLow: 0,
      hashHigh: 0,
      updates: [],
    },
  });

  test('the frames that the cases below spoil are valid', () => {
    for (const wire of [
      eventsOf({ first: MAX - 1, count: 2 }, 2),
      entryOf({ contiguous: MAX - 1, above: [0, 0] }),
      pullOf({ from: MAX, to: MAX }),
      beatOf(MAX, MAX),
      sketchOf(CELL, CELL),
      sketchOf(cellOf('ffffffff0f', 'ffffffffffffff0f', 'ffffffffffffff0f')),
      { sketchRequest: { cells: MESSAGE_LIMITS.cellsMax } },
      { difference: { entries: [], wanted: [MAX] } },
    ])
      expect(decodeWire(wire)).toHaveProperty('kind');
  });

  test.each<[string, Partial<MeshFrame>]>([
    [
      'a run without an origin',
      { events: { runs: [{ first: 1, count: 1 }], announcements: [HINT] } },
    ],
    ['a node name with a space', eventsOf({ origin: { ...WIRE_ORIGIN, node: 'a b' } })],
    ['an epoch of 7 bytes', eventsOf({ origin: { node: 'a', epoch: ID.subarray(1) } })],
    ['no epoch', eventsOf({ origin: { node: 'a' } })],
    ['sequence 0', eventsOf({ first: 0 })],
    ['sequences that end above 2^53-1', eventsOf({ first: MAX, count: 2 }, 2)],
    ['an empty run', eventsOf({ count: 0 }, 0)],
    ['a run longer than its announcements', eventsOf({ count: 2 })],
    ['an announcement that belongs to no run', eventsOf({}, 2)],
    ['a range without an end', entryOf({ above: [1] })],
    ['a range that begins above 2^53-1', entryOf({ contiguous: MAX, above: [0, 0] })],
    ['a range that ends above 2^53-1', entryOf({ contiguous: MAX - 1, above: [0, 1] })],
    ['a sketch without cells', sketchOf()],
    ['a cell that is cut off', sketchOf(CELL, CELL.subarray(0, -1))],
    ['a cell that is cut off in a number', sketchOf(CELL, Uint8Array.of(0x02, 0x80))],
    ['a key above 2^53-1', sketchOf(cellOf('02', '8080808080808010', '01'))],
    ['a head above 2^53-1', sketchOf(cellOf('02', '01', 'ffffffffffffff7f'))],
    [
      'more cells wanted than there may be',
      { sketchRequest: { cells: MESSAGE_LIMITS.cellsMax + 1 } },
    ],
    ['a pulled range from 0', pullOf({ from: 0 })],
    ['a pulled range that ends before it begins', pullOf({ from: 3 })],
  ])('%s', (_, wire) => {
    expect(() => decodeWire(wire)).toThrow(FrameInvalidError);
  });

  test.each<[string, Partial<MeshFrame>]>([
    ['a version', eventsOf({}, 1, { ...committed, version: MAX })],
    ['the first sequence of a run', eventsOf({ first: MAX })],
    ['a contiguous sequence', entryOf({ contiguous: MAX })],
    ['the distance to a range', entryOf({ above: [MAX, 0] })],
    ['a silence', entryOf({ silentMs: MAX })],
    ['the age of what a vector leaves out', { vector: { ...entryOf({}).vector, leftOutMs: MAX } }],
    ['a wanted key', { difference: { entries: [], wanted: [MAX] } }],
    ['the end of a range', pullOf({ to: MAX })],
    ['a beat', beatOf(MAX, 0)],
    ['a head', beatOf(0, MAX)],
  ])('%s above 2^53-1', (_, wire) => {
    const hex = Buffer.from(MeshFrame.encode(wire)).toString('hex');
    expect(hex.split('ffffffffffffff0f')).toHaveLength(2);
    // 2^53 and 2^56-1 take as many bytes as 2^53-1.
    for (const larger of ['8080808080808010', 'ffffffffffffff7f']) {
      const bytes = Buffer.from(hex.replace('ffffffffffffff0f', larger), 'hex');
      expect(() => decodeMessage(bytes)).toThrow(FrameInvalidError);
    }
  });

  test.each<[string, NodeMessage]>([
    ['an epoch that is not hex', events({ ...run(1), origin: { ...ORIGIN, epoch: 'x' as Epoch } })],
    [
      'ranges that are not ascending',
      {
        kind: 'vector',
        entries: [{ origin: ORIGIN, contiguous: 5 as Sequence, above: [range(5, 6)] }],
        reply: false,
      },
    ],
    ['a sketch without cells', sketch(0)],
    [
      'a count above 2^31-1',
      { ...sketch(1), cells: [{ count: 2 ** 31, key: 1, head: 1, check: 1 }] } as NodeMessage,
    ],
    [
      'a key that is not whole',
      { ...sketch(1), cells: [{ count: 1, key: 1.5, head: 1, check: 1 }] } as NodeMessage,
    ],
  ])('the writer refuses %s', (_, message) => {
    expect(() => encodeMessage(message)).toThrow(FrameInvalidError);
  });
});

function range(from: number, to: number) {
  return { from: from as Sequence, to: to as Sequence };
}
