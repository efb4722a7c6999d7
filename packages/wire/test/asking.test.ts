import { LIMITS } from '@hearsay/spi';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AskFrame } from '../src/generated/hearsay.js';
import {
  ASK_LIMITS,
  type AskMessage,
  decodeAsk,
  encodeAsk,
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
} from '../src/index.js';
import { askMessage } from './arbitraries.js';

const LONGEST_TOPIC = 'A'.repeat(LIMITS.topicCharsMax);
const { questionBytesMax } = LIMITS;
const { partBytesMax } = ASK_LIMITS;

function question(bodyBytes: number, topic = LONGEST_TOPIC): AskMessage {
  return {
    kind: 'question',
    id: Number.MAX_SAFE_INTEGER,
    topic,
    body: new Uint8Array(bodyBytes),
  };
}

function answer(partBytes: number): AskMessage {
  return {
    kind: 'answer',
    id: Number.MAX_SAFE_INTEGER,
    part: new Uint8Array(partBytes),
    more: true,
  };
}

/** What `wire` decodes to, written by the generated encoder, which checks nothing. */
function decodeWire(wire: Partial<AskFrame>): AskMessage {
  return decodeAsk(AskFrame.encode(wire));
}

test('every valid message survives the wire exactly', () => {
  fc.assert(
    fc.property(askMessage, (message) => {
      expect(decodeAsk(encodeAsk(message))).toStrictEqual(message);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a question', question(questionBytesMax), question(questionBytesMax + 1)],
  ['a part of an answer', answer(partBytesMax), answer(partBytesMax + 1)],
])('%s fits its limit and not one byte more', (_, atLimit, beyond) => {
  const bytes = encodeAsk(atLimit);
  expect(bytes.length).toBeLessThanOrEqual(ASK_LIMITS.frameBytesMax);
  expect(decodeAsk(bytes)).toStrictEqual(atLimit);
  expect(() => encodeAsk(beyond)).toThrow(FrameTooLargeError);
});

describe('the reader refuses', () => {
  test.each<[string, Partial<AskFrame>]>([
    ['a question', { question: { id: 1, topic: 't', body: new Uint8Array(questionBytesMax + 1) } }],
    ['a part', { answer: { id: 1, part: new Uint8Array(partBytesMax + 1), more: false } }],
  ])('%s of one byte too many', (_, wire) => {
    expect(() => decodeWire(wire)).toThrow(FrameTooLargeError);
  });

  test.each<[string, Partial<AskFrame>]>([
    ['id 0', { cancel: { id: 0 } }],
    ['no topic', { question: { id: 1, topic: '', body: new Uint8Array(0) } }],
    ['a topic of 65', { question: { id: 1, topic: `${LONGEST_TOPIC}A`, body: new Uint8Array(0) } }],
    ['a topic with a space', { question: { id: 1, topic: 'a b', body: new Uint8Array(0) } }],
  ])('%s', (_, wire) => {
    expect(() => decodeWire(wire)).toThrow(FrameInvalidError);
  });

  test('an id above 2^53-1', () => {
    const hex = Buffer.from(AskFrame.encode({ cancel: { id: Number.MAX_SAFE_INTEGER } })).toString(
      'hex',
    );
    // 2^53 and 2^56-1 take as many bytes as 2^53-1.
    for (const larger of ['8080808080808010', 'ffffffffffffff7f']) {
      const bytes = Buffer.from(hex.replace('ffffffffffffff0f', larger), 'hex');
      expect(() => decodeAsk(bytes)).toThrow(FrameInvalidError);
    }
  });

  test('a kind that only a newer minor version knows', () => {
    expect(() => decodeAsk(Uint8Array.of((15 << 3) | 2, 0))).toThrow(FrameUnknownError);
  });
});

test('a reason of a newer minor version counts as a failure', () => {
  expect(decodeWire({ noAnswer: { id: 1, reason: 99 } })).toEqual({
    kind: 'no-answer',
    id: 1,
    reason: 'failed',
  });
});

test('what is read does not hold the frame that it came in', () => {
  const message = decodeAsk(encodeAsk(question(3)));
  expect(message.kind === 'question' && message.body.buffer.byteLength).toBe(3);
});
