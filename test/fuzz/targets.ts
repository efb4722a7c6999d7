import { deepStrictEqual } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { ConfigInvalidError, formatToken, parseToken, TokenInvalidError } from '@hearsay/spi';
import {
  decodeAsk,
  decodeHello,
  decodeMessage,
  decodePoll,
  decodeRevoke,
  encodeAsk,
  encodeHello,
  encodeMessage,
  encodePoll,
  encodeRevoke,
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
} from '@hearsay/wire';
import { formatAddress, parseAddress } from '../../packages/mesh/dist/address.js';
import { answerTo } from './comparison.ts';

/** Something that takes bytes from strangers. */
export interface Target {
  /** What to begin with: valid inputs. */
  readonly corpus: () => Uint8Array[];
  /** Whether the code of this URL counts as reached. */
  readonly covers: (url: string) => boolean;
  /** @throws {Error} whatever the target must not do */
  readonly run: (input: Uint8Array) => void;
}

type ErrorClass = abstract new (...args: never[]) => Error;

const FIXTURES = new URL('../../packages/wire/test/fixtures/', import.meta.url);
const BEFORE_ADMISSION = ['hello.json', 'proof.json', 'refusal.json'];
const ASKING = ['question.json', 'answer.json', 'no-answer.json', 'cancel.json'];
const SHARED_POLL = ['counters-question.json', 'counters-answer.json'];
const REVOCATION = ['revoke.json', 'revoked.json'];
const APART = [...BEFORE_ADMISSION, ...ASKING, ...SHARED_POLL, ...REVOCATION];
const FRAME_ERRORS = [FrameInvalidError, FrameTooLargeError, FrameUnknownError];

const TOKEN = `auth.role:17:${'ab'.repeat(8)}:${'cd'.repeat(16)}`;
const ADDRESSES = ['127.0.0.1:7946', '[::1]:0', '[fe80::1.2.3.4]:65535', 'cache-1.internal:80'];

export const TARGETS: Readonly<Record<string, Target>> = {
  frame: {
    corpus: () => fixtures((file) => !APART.includes(file)),
    covers: (url) => url.includes('/packages/wire/dist/'),
    run: (input) =>
      judge(
        () => decodeMessage(input),
        FRAME_ERRORS,
        (message) => decodeMessage(encodeMessage(message)),
      ),
  },
  admission: {
    corpus: () => fixtures((file) => BEFORE_ADMISSION.includes(file)),
    covers: (url) => url.includes('/packages/wire/dist/'),
    run: (input) =>
      judge(
        () => decodeHello(input),
        FRAME_ERRORS,
        (message) => decodeHello(encodeHello(message)),
      ),
  },
  ask: {
    corpus: () => fixtures((file) => ASKING.includes(file)),
    covers: (url) => url.includes('/packages/wire/dist/'),
    run: (input) =>
      judge(
        () => decodeAsk(input),
        FRAME_ERRORS,
        (message) => decodeAsk(encodeAsk(message)),
      ),
  },
  poll: {
    corpus: () => fixtures((file) => SHARED_POLL.includes(file)),
    covers: (url) => url.includes('/packages/wire/dist/'),
    run: (input) =>
      judge(
        () => decodePoll(input),
        FRAME_ERRORS,
        (message) => decodePoll(encodePoll(message)),
      ),
  },
  revoke: {
    corpus: () => fixtures((file) => REVOCATION.includes(file)),
    covers: (url) => url.includes('/packages/wire/dist/'),
    run: (input) =>
      judge(
        () => decodeRevoke(input),
        FRAME_ERRORS,
        (message) => decodeRevoke(encodeRevoke(message)),
      ),
  },
  comparison: {
    corpus: () => fixtures((file) => !APART.includes(file)),
    covers: (url) => url.includes('/packages/protocol/dist/mesh/'),
    run: (input) =>
      judge(
        () => answerTo(input),
        FRAME_ERRORS,
        () => undefined,
      ),
  },
  token: {
    corpus: () => ['', TOKEN, `${TOKEN},table:9007199254740991:${TOKEN.slice(13)}`].map(toBytes),
    covers: (url) => /\/packages\/spi\/dist\/(token|names)\.js$/.test(url),
    run: (input) =>
      judge(
        () => parseToken(toText(input)),
        [TokenInvalidError],
        (positions) => parseToken(formatToken(positions)),
      ),
  },
  address: {
    corpus: () => ADDRESSES.map(toBytes),
    covers: (url) => url.endsWith('/packages/mesh/dist/address.js'),
    run: (input) =>
      judge(
        () => parseAddress(toText(input), 'it'),
        [ConfigInvalidError],
        (address) => parseAddress(formatAddress(address), 'it'),
      ),
  },
};

/** An input is refused by a documented error, or is valid and survives being written and read again. */
function judge<Value>(
  read: () => Value,
  refusals: readonly ErrorClass[],
  again: (value: Value) => Value,
): void {
  let value: Value;
  try {
    value = read();
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return;
    throw error;
  }
  deepStrictEqual(again(value), value);
}

function fixtures(wanted: (file: string) => boolean): Uint8Array[] {
  return readdirSync(FIXTURES)
    .filter(wanted)
    .flatMap((file) => JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')))
    .map(({ hex }: { hex: string }) => Uint8Array.from(Buffer.from(hex, 'hex')));
}

function toBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text));
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
