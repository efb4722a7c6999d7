import { expect, test } from 'vitest';
import * as spi from '../src/index.js';

type ErrorClass = new (message: string, options?: ErrorOptions) => spi.HearsayError;

/** Codes are stable across releases: a line here is added, never changed. */
const CODES: Readonly<Record<string, string>> = {
  BatchTooLargeError: 'HEARSAY_BATCH_TOO_LARGE',
  ConfigInvalidError: 'HEARSAY_CONFIG_INVALID',
  LogUnavailableError: 'HEARSAY_LOG_UNAVAILABLE',
  MemberUnreachableError: 'HEARSAY_MEMBER_UNREACHABLE',
  NameInvalidError: 'HEARSAY_NAME_INVALID',
  QuestionTooLargeError: 'HEARSAY_QUESTION_TOO_LARGE',
  QuestionsTooManyError: 'HEARSAY_QUESTIONS_TOO_MANY',
  TokenInvalidError: 'HEARSAY_TOKEN_INVALID',
  TransportStoppedError: 'HEARSAY_TRANSPORT_STOPPED',
};

function errorClasses(): Map<string, ErrorClass> {
  const found = new Map<string, ErrorClass>();
  for (const [name, value] of Object.entries(spi))
    if (typeof value === 'function' && value.prototype instanceof spi.HearsayError)
      found.set(name, value as unknown as ErrorClass);
  return found;
}

test('every exported error stands in the list of codes, and the list names no other', () => {
  expect([...errorClasses().keys()].sort()).toEqual(Object.keys(CODES).sort());
});

test('no two errors share a code', () => {
  expect(new Set(Object.values(CODES)).size).toBe(Object.keys(CODES).length);
});

test.each(Object.entries(CODES))(
  '%s carries its name, code %s, message and cause',
  (name, code) => {
    const Class = errorClasses().get(name) as ErrorClass;
    const cause = new Error('below');
    const error = new Class('what is wrong and what to do', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, code, message: 'what is wrong and what to do', cause });
  },
);
