import { type CounterReading, SHARING_LIMITS } from '@hearsay/protocol';
import {
  type AppendId,
  type ChainHead,
  databaseIncarnationOf,
  LIMITS,
  type LogId,
  type Scope,
  scopeOf,
  type Version,
} from '@hearsay/spi';
import { bytesOf, checkLength, demand, hexOf, wholeNumber } from './fields.js';
import { type Body, openFrame, sealFrame } from './frame.js';
import {
  CountersAnswer as WireAnswer,
  CountersQuestion as WireQuestion,
} from './generated/hearsay.js';

/** What stands in the question and the answer when a poll is shared (rule F6). */
export type PollMessage =
  /** Distinct, at most `SHARING_LIMITS.scopesMax`. */
  | { readonly kind: 'counters-question'; readonly scopes: readonly Scope[] }
  | ({ readonly kind: 'counters-answer' } & CounterReading);

/** The number of each kind in PollFrame; append-only. */
const FIELDS = { 'counters-question': 1, 'counters-answer': 2 } as const;

/**
 * @returns what fits an answer to a member, and for `counters-question` a question
 * @throws {FrameTooLargeError | FrameInvalidError | NameInvalidError} what {@link decodePoll} would refuse
 */
export function encodePoll(message: PollMessage): Uint8Array {
  switch (message.kind) {
    case 'counters-question': {
      checkLength(message.scopes, SHARING_LIMITS.scopesMax, 'scopes');
      const question = { scopes: [...message.scopes] };
      const bytesMax = LIMITS.questionBytesMax;
      return sealFrame(FIELDS[message.kind], WireQuestion.codec(), question, bytesMax);
    }
    case 'counters-answer': {
      const answer = writeAnswer(message);
      return sealFrame(FIELDS[message.kind], WireAnswer.codec(), answer, LIMITS.answerBytesMax);
    }
  }
}

/**
 * @param bytes from any member
 * @throws {FrameTooLargeError} the frame or a list in it is above its limit
 * @throws {FrameUnknownError} a kind of a newer minor version
 * @throws {FrameInvalidError} anything else; never another error
 */
export function decodePoll(bytes: Uint8Array): PollMessage {
  return openFrame(bytes, LIMITS.answerBytesMax, readBody);
}

function readBody(field: number, body: Body): PollMessage | undefined {
  switch (field) {
    case FIELDS['counters-question']: {
      const scopes = body(WireQuestion.codec()).scopes.map(scopeOf);
      checkDistinct(new Set(scopes).size, scopes.length);
      return { kind: 'counters-question', scopes };
    }
    case FIELDS['counters-answer']:
      return { kind: 'counters-answer', ...readAnswer(body(WireAnswer.codec())) };
    default:
      return undefined;
  }
}

function writeAnswer({ logId, incarnation, heads }: CounterReading): WireAnswer {
  const counters = [...heads].map(([scope, { version, appendId }]) => ({
    scope,
    version: wholeNumber(version, 0, 'a counter'),
    appendId: bytesOf(appendId, 8, 'an append id'),
  }));
  checkLength(counters, SHARING_LIMITS.scopesMax, 'counters');
  return {
    logId: bytesOf(logId, 16, 'the log id'),
    incarnation: databaseIncarnationOf(incarnation),
    counters,
  };
}

function readAnswer({ logId, incarnation, counters }: WireAnswer): CounterReading {
  const heads = new Map<Scope, ChainHead>();
  for (const { scope, version, appendId } of counters)
    heads.set(scopeOf(scope), {
      version: wholeNumber(version, 0, 'a counter') as Version,
      appendId: hexOf(appendId, 8, 'an append id') as AppendId,
    });
  checkDistinct(heads.size, counters.length);
  return {
    logId: hexOf(logId, 16, 'a log id') as LogId,
    incarnation: databaseIncarnationOf(incarnation),
    heads,
  };
}

function checkDistinct(distinct: number, count: number): void {
  demand(distinct === count, 'a scope is named twice');
}
