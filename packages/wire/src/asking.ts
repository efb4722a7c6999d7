import { LIMITS, topicOf } from '@hearsay/spi';
import { FrameTooLargeError } from './errors.js';
import { wholeNumber } from './fields.js';
import { type Body, openFrame, sealFrame } from './frame.js';
import {
  Answer as WireAnswer,
  Cancel as WireCancel,
  NoAnswer as WireNoAnswer,
  Question as WireQuestion,
} from './generated/hearsay.js';

/** Why there is no answer: the handler failed, the topic has none, or too many are being answered. */
export type NoAnswerReason = 'failed' | 'unknown' | 'busy';

/** Everything that is said on a stream of questions. `id` is 1 … 2⁵³−1. */
export type AskMessage =
  | {
      readonly kind: 'question';
      readonly id: number;
      readonly topic: string;
      readonly body: Uint8Array;
    }
  /** `more`: another part follows. */
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly part: Uint8Array;
      readonly more: boolean;
    }
  | { readonly kind: 'no-answer'; readonly id: number; readonly reason: NoAnswerReason }
  | { readonly kind: 'cancel'; readonly id: number };

/** Bounds of the messages on a stream of questions, inclusive. */
export const ASK_LIMITS = {
  /** One body, a topic and what surrounds them. */
  frameBytesMax: 66_560,
  partBytesMax: 65_536,
} as const;

/** The number of each kind in AskFrame; append-only. */
const FIELDS = { question: 1, answer: 2, 'no-answer': 3, cancel: 4 } as const;

/** The numbers that reasons have on the wire; append-only. */
const REASONS: readonly NoAnswerReason[] = ['failed', 'unknown', 'busy'];

/**
 * @returns one frame of at most `ASK_LIMITS.frameBytesMax` bytes
 * @throws {FrameInvalidError | FrameTooLargeError | NameInvalidError} what {@link decodeAsk} would refuse
 */
export function encodeAsk(message: AskMessage): Uint8Array {
  check(message);
  const bytesMax = ASK_LIMITS.frameBytesMax;
  const { id } = message;
  switch (message.kind) {
    case 'question': {
      const question = { id, topic: message.topic, body: plain(message.body) };
      return sealFrame(FIELDS.question, WireQuestion.codec(), question, bytesMax);
    }
    case 'answer': {
      const answer = { id, part: plain(message.part), more: message.more };
      return sealFrame(FIELDS.answer, WireAnswer.codec(), answer, bytesMax);
    }
    case 'no-answer': {
      const reason = REASONS.indexOf(message.reason);
      return sealFrame(FIELDS['no-answer'], WireNoAnswer.codec(), { id, reason }, bytesMax);
    }
    case 'cancel':
      return sealFrame(FIELDS.cancel, WireCancel.codec(), { id }, bytesMax);
  }
}

/**
 * @param bytes one frame without its length prefix, from any member
 * @returns the whole message, every field checked; its bytes are its own
 * @throws {FrameTooLargeError} the frame, or the body or part in it, is above its limit
 * @throws {FrameUnknownError} a kind of a newer minor version
 * @throws {FrameInvalidError} anything else; never another error
 */
export function decodeAsk(bytes: Uint8Array): AskMessage {
  return openFrame(bytes, ASK_LIMITS.frameBytesMax, (field, body) => {
    const message = readBody(field, body);
    if (message !== undefined) check(message);
    return message;
  });
}

/** Bytes are copied: what outlives the frame must not hold its whole buffer. */
function readBody(field: number, body: Body): AskMessage | undefined {
  switch (field) {
    case FIELDS.question: {
      const question = body(WireQuestion.codec());
      return { kind: 'question', ...question, body: Uint8Array.from(question.body) };
    }
    case FIELDS.answer: {
      const answer = body(WireAnswer.codec());
      return { kind: 'answer', ...answer, part: Uint8Array.from(answer.part) };
    }
    case FIELDS['no-answer']: {
      const { id, reason } = body(WireNoAnswer.codec());
      return { kind: 'no-answer', id, reason: REASONS[reason] ?? 'failed' };
    }
    case FIELDS.cancel:
      return { kind: 'cancel', ...body(WireCancel.codec()) };
    default:
      return undefined;
  }
}

function check(message: AskMessage): void {
  wholeNumber(message.id, 1, 'the id of a question');
  if (message.kind === 'question') {
    topicOf(message.topic);
    checkBytes(message.body, LIMITS.questionBytesMax, 'a question');
  } else if (message.kind === 'answer')
    checkBytes(message.part, ASK_LIMITS.partBytesMax, 'a part of an answer');
}

function checkBytes(bytes: Uint8Array, max: number, what: string): void {
  if (bytes.byteLength > max)
    throw new FrameTooLargeError(`${what} has ${bytes.byteLength} bytes; the limit is ${max}`);
}

/** The same bytes as the generated code wants them: a view of an ordinary buffer. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? (bytes as Uint8Array<ArrayBuffer>)
    : Uint8Array.from(bytes);
}
