import { NameInvalidError } from './errors.js';
import { LIMITS } from './limits.js';
import type { DatabaseIncarnation, Key, NodeName, Scope } from './words.js';

const SCOPE = /^[a-z0-9][a-z0-9._-]*$/;
const INCARNATION = /^[A-Za-z0-9.:_/+-]+$/;
const TOPIC = /^[\x21-\x7e]+$/;
const NODE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;
const SHOWN_CHARS_MAX = 56;

/** @throws {NameInvalidError} unless 1 … 64 of a-z, 0-9, `.`, `_`, `-`, beginning with a letter or digit */
export function scopeOf(text: string): Scope {
  if (typeof text !== 'string' || text.length > LIMITS.scopeCharsMax || !SCOPE.test(text))
    throw new NameInvalidError(
      `scope ${show(text)} is not valid: use 1 to ${LIMITS.scopeCharsMax} of a-z 0-9 . _ -`,
    );
  return text as Scope;
}

/** @throws {NameInvalidError} unless 1 … 64 of letters, digits, `.`, `_`, `-`, beginning with a letter or digit */
export function nodeNameOf(text: string): NodeName {
  if (typeof text !== 'string' || text.length > LIMITS.nodeNameCharsMax || !NODE.test(text))
    throw new NameInvalidError(
      `node name ${show(text)} is not valid: use 1 to ${LIMITS.nodeNameCharsMax} letters, digits, . _ -`,
    );
  return text as NodeName;
}

/** @throws {NameInvalidError} unless 1 … 64 printable ASCII characters without spaces */
export function topicOf(text: string): string {
  if (typeof text !== 'string' || text.length > LIMITS.topicCharsMax || !TOPIC.test(text))
    throw new NameInvalidError(
      `topic ${show(text)} is not valid: use 1 to ${LIMITS.topicCharsMax} printable characters without spaces`,
    );
  return text;
}

/** @throws {NameInvalidError} unless 1 … `incarnationCharsMax` of letters, digits, `.`, `:`, `_`, `/`, `+`, `-` */
export function databaseIncarnationOf(text: string): DatabaseIncarnation {
  if (
    typeof text !== 'string' ||
    text.length > LIMITS.incarnationCharsMax ||
    !INCARNATION.test(text)
  )
    throw new NameInvalidError(
      `incarnation ${show(text)} is not valid: use 1 to ${LIMITS.incarnationCharsMax} of letters, digits, . : _ / + -`,
    );
  return text as DatabaseIncarnation;
}

/** @throws {NameInvalidError} unless a path of non-empty segments within `keyBytesMax` without control characters */
export function keyOf(text: string): Key {
  if (
    typeof text !== 'string' ||
    text === '' ||
    text.startsWith('/') ||
    text.endsWith('/') ||
    text.includes('//')
  )
    throw new NameInvalidError(
      `key ${show(text)} is not valid: use non-empty segments joined by /`,
    );
  checkText('key', text, LIMITS.keyBytesMax);
  return text as Key;
}

/** @throws {NameInvalidError} unless 1 … `tagBytesMax` bytes without control characters */
export function tagOf(text: string): string {
  if (typeof text !== 'string' || text === '')
    throw new NameInvalidError(`tag ${show(text)} is not valid: it must not be empty`);
  checkText('tag', text, LIMITS.tagBytesMax);
  return text;
}

function checkText(what: string, text: string, bytesMax: number): void {
  const bytes = text.length * 3 <= bytesMax ? 0 : utf8Bytes(text);
  if (bytes > bytesMax)
    throw new NameInvalidError(
      `${what} ${show(text)} has ${bytes} bytes; the limit is ${bytesMax}`,
    );
  if (CONTROL.test(text))
    throw new NameInvalidError(`${what} ${show(text)} holds a control character; remove it`);
  if (!text.isWellFormed())
    throw new NameInvalidError(`${what} ${show(text)} is not well-formed Unicode; repair it`);
}

/** UTF-8 length without an encoder, so that the package needs no runtime library. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const point of text) {
    const code = point.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** One line for a message, whatever was handed in; never throws, never copies a huge text. */
function show(text: unknown): string {
  if (typeof text !== 'string') return `of type ${text === null ? 'null' : typeof text}`;
  const shown = JSON.stringify(text.slice(0, SHOWN_CHARS_MAX));
  return text.length > SHOWN_CHARS_MAX ? `${shown.slice(0, -1)}…"` : shown;
}
