import { SHARING_LIMITS } from '@hearsay/protocol';
import {
  type AppendId,
  type DatabaseIncarnation,
  LIMITS,
  type LogId,
  type Scope,
  type Version,
} from '@hearsay/spi';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PollFrame } from '../src/generated/hearsay.js';
import {
  decodePoll,
  encodePoll,
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
  type PollMessage,
} from '../src/index.js';
import { pollMessage } from './arbitraries.js';

const { scopesMax } = SHARING_LIMITS;
const LOG = new Uint8Array(16);
const ID = new Uint8Array(8);

function question(count: number, length: number): PollMessage {
  const scopes = Array.from({ length: count }, (_, i) => String(i).padStart(length, '0') as Scope);
  return { kind: 'counters-question', scopes };
}

function answer(count: number): PollMessage {
  const head = {
    version: Number.MAX_SAFE_INTEGER as Version,
    appendId: 'f'.repeat(16) as AppendId,
  };
  const scopes = Array.from({ length: count }, (_, i) => String(i).padStart(64, 'x') as Scope);
  return {
    kind: 'counters-answer',
    logId: 'f'.repeat(32) as LogId,
    incarnation: 'i'.repeat(LIMITS.incarnationCharsMax) as DatabaseIncarnation,
    heads: new Map(scopes.map((scope) => [scope, head])),
  };
}

/** What `wire` decodes to, written by the generated encoder, which checks nothing. */
function decodeWire(wire: Partial<PollFrame>): PollMessage {
  return decodePoll(PollFrame.encode(wire));
}

test('every valid message survives the wire exactly', () => {
  fc.assert(
    fc.property(pollMessage, (message) => {
      expect(decodePoll(encodePoll(message))).toStrictEqual(message);
    }),
    { numRuns: 300 },
  );
});

test('an answer about as many scopes as may be asked for, all with the longest names, fits', () => {
  const bytes = encodePoll(answer(scopesMax));
  expect(bytes.length).toBeLessThanOrEqual(LIMITS.answerBytesMax);
  expect(decodePoll(bytes)).toStrictEqual(answer(scopesMax));
  expect(() => encodePoll(answer(scopesMax + 1))).toThrow(FrameTooLargeError);
});

test('a question fits by number and by length, and not one scope or byte more', () => {
  expect(decodePoll(encodePoll(question(scopesMax, 4)))).toStrictEqual(question(scopesMax, 4));
  expect(() => encodePoll(question(scopesMax + 1, 4))).toThrow(FrameTooLargeError);
  const longest = Math.floor((LIMITS.questionBytesMax - 4) / 66);
  expect(encodePoll(question(longest, 64)).length).toBeLessThanOrEqual(LIMITS.questionBytesMax);
  expect(() => encodePoll(question(longest + 1, 64))).toThrow(FrameTooLargeError);
});

describe('the reader refuses', () => {
  const counter = { scope: 's', version: 1, appendId: ID };

  test.each<[string, Partial<PollFrame>]>([
    ['a scope asked for twice', { countersQuestion: { scopes: ['s', 's'] } }],
    ['a malformed scope', { countersQuestion: { scopes: ['S'] } }],
    ['a log id of 15 bytes', answerOf({ logId: LOG.subarray(1) })],
    ['no incarnation', answerOf({ incarnation: '' })],
    ['an incarnation with a space', answerOf({ incarnation: 'a b' })],
    ['a scope twice', answerOf({ counters: [counter, counter] })],
    [
      'an append id of 7 bytes',
      answerOf({ counters: [{ ...counter, appendId: LOG.subarray(9) }] }),
    ],
  ])('%s', (_, wire) => {
    expect(() => decodeWire(wire)).toThrow(FrameInvalidError);
  });

  test.each<[string, Partial<PollFrame>]>([
    ['scopes', { countersQuestion: { scopes: Array(scopesMax + 1).fill('s') } }],
    ['counters', answerOf({ counters: Array(scopesMax + 1).fill(counter) })],
  ])('one too many %s', (_, wire) => {
    expect(() => decodeWire(wire)).toThrow(FrameTooLargeError);
  });

  test('a counter above 2^53-1', () => {
    const hex = Buffer.from(
      PollFrame.encode(answerOf({ counters: [{ ...counter, version: Number.MAX_SAFE_INTEGER }] })),
    ).toString('hex');
    // 2^53 and 2^56-1 take as many bytes as 2^53-1.
    for (const larger of ['8080808080808010', 'ffffffffffffff7f']) {
      const bytes = Buffer.from(hex.replace('ffffffffffffff0f', larger), 'hex');
      expect(() => decodePoll(bytes)).toThrow(FrameInvalidError);
    }
  });

  test('a kind that only a newer minor version knows', () => {
    expect(() => decodePoll(Uint8Array.of((15 << 3) | 2, 0))).toThrow(FrameUnknownError);
  });
});

function answerOf(change: object): Partial<PollFrame> {
  return { countersAnswer: { logId: LOG, incarnation: 'i', counters: [], ...change } };
}
