import { MESSAGE_LIMITS } from '@hearsay/protocol';
import {
  type AppendId,
  databaseIncarnationOf,
  LIMITS,
  type LogId,
  scopeOf,
  type Version,
} from '@hearsay/spi';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RevokeFrame } from '../src/generated/hearsay.js';
import {
  decodeRevoke,
  encodeRevoke,
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
  type PlacedAnnouncement,
  type RevokeMessage,
} from '../src/index.js';
import { revokeMessage } from './arbitraries.js';

const LOG_ID = 'ab'.repeat(16) as LogId;
const LOG = new Uint8Array(16);
const ID = new Uint8Array(8);

function announcement(key = 'k', logId = LOG_ID): PlacedAnnouncement {
  const appendId = 'cd'.repeat(8) as AppendId;
  const place = { logId, version: 1 as Version, appendId, prevId: appendId };
  return { scope: scopeOf('s'), target: { kind: 'key', key }, place };
}

function revoke(announcements: readonly PlacedAnnouncement[]): RevokeMessage {
  return { kind: 'revoke', logId: LOG_ID, announcements };
}

function revoked(count: number): RevokeMessage {
  return {
    kind: 'revoked',
    logId: LOG_ID,
    incarnation: databaseIncarnationOf('1:2'),
    appendIds: Array.from({ length: count }, () => 'ef'.repeat(8) as AppendId),
  };
}

/** What `wire` decodes to, written by the generated encoder, which checks nothing. */
function decodeWire(wire: Partial<RevokeFrame>): RevokeMessage {
  return decodeRevoke(RevokeFrame.encode(wire));
}

test('every valid message survives the wire exactly', () => {
  fc.assert(
    fc.property(revokeMessage, (message) => {
      expect(decodeRevoke(encodeRevoke(message))).toStrictEqual(message);
    }),
    { numRuns: 300 },
  );
});

test('a question is at most what may be asked of a member, and not a byte more', () => {
  const list = Array.from({ length: 62 }, () => announcement('k'.repeat(1018)));
  const withKey = (bytes: number) => revoke([...list, announcement('k'.repeat(bytes))]);
  const bytes = 200 + LIMITS.questionBytesMax - encodeRevoke(withKey(200)).length;
  const full = withKey(bytes);
  expect(encodeRevoke(full).length).toBe(LIMITS.questionBytesMax);
  expect(decodeRevoke(encodeRevoke(full))).toStrictEqual(full);
  expect(() => encodeRevoke(withKey(bytes + 1))).toThrow(FrameTooLargeError);
});

test('an acknowledgement names as many appends as a write may hold, and not one more', () => {
  const { eventsMax } = MESSAGE_LIMITS;
  expect(decodeRevoke(encodeRevoke(revoked(eventsMax)))).toStrictEqual(revoked(eventsMax));
  expect(() => encodeRevoke(revoked(eventsMax + 1))).toThrow(FrameTooLargeError);
});

test('the writer refuses what stands in another log', () => {
  const other = announcement('k', 'cd'.repeat(16) as LogId);
  expect(() => encodeRevoke(revoke([announcement(), other]))).toThrow(FrameInvalidError);
});

describe('the reader refuses', () => {
  const placed = { scope: 's', kind: 0, key: 'k', version: 1, appendId: ID, prevId: ID };
  const withLog = (...announcements: object[]): Partial<RevokeFrame> => {
    return { revoke: { logId: LOG, announcements } } as Partial<RevokeFrame>;
  };

  test.each<[string, Partial<RevokeFrame>]>([
    ['a hint', withLog(placed, { scope: 's', kind: 0, key: 'k' })],
    ['a place in another log', withLog({ ...placed, logId: new Uint8Array(16).fill(1) })],
    ['a malformed scope', withLog({ ...placed, scope: 'S' })],
    ['a log id that is too short', { revoke: { logId: ID, announcements: [] } }],
    [
      'an append id that is too long',
      { revoked: { logId: LOG, incarnation: 'i', appendIds: [LOG] } },
    ],
    ['an empty incarnation', { revoked: { logId: LOG, incarnation: '', appendIds: [ID] } }],
  ])('%s', (_what, wire) => {
    expect(() => decodeWire(wire)).toThrow(FrameInvalidError);
  });

  test('a target kind of a newer version', () => {
    expect(() => decodeWire(withLog({ ...placed, kind: 9 }))).toThrow(FrameUnknownError);
  });

  test('a list above its limit', () => {
    const appendIds = Array.from({ length: MESSAGE_LIMITS.eventsMax + 1 }, () => ID);
    expect(() => decodeWire({ revoked: { logId: LOG, incarnation: 'i', appendIds } })).toThrow(
      FrameTooLargeError,
    );
  });
});
