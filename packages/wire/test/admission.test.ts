import { LIMITS, type NodeName } from '@hearsay/spi';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdmissionFrame } from '../src/generated/hearsay.js';
import {
  ADMISSION_LIMITS,
  type AdmissionMessage,
  decodeHello,
  encodeHello,
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
  type Hello,
} from '../src/index.js';
import { admissionMessage } from './arbitraries.js';
import { ORIGIN, repeat } from './samples.js';

const HELLO: Hello = {
  kind: 'hello',
  ...ORIGIN,
  nonce: new Uint8Array(16),
  versionMin: 1,
  versionMax: 1,
  features: 0,
  addresses: [],
  keyIds: [],
};

/** The same message, written by the generated encoder, which checks nothing. */
function encodeUnchecked(message: AdmissionMessage): Uint8Array {
  if (message.kind !== 'hello')
    return AdmissionFrame.encode({ [message.kind]: message } as Partial<AdmissionFrame>);
  const { node, epoch, nonce, addresses, keyIds, ...rest } = message;
  const origin = { node, epoch: Uint8Array.from(Buffer.from(epoch, 'hex')) };
  const hello = {
    ...rest,
    origin,
    nonce: Uint8Array.from(nonce),
    addresses: [...addresses],
    keyIds: keyIds.map((id) => Uint8Array.from(id)),
  };
  return AdmissionFrame.encode({ hello });
}

test('every valid message before admission survives the wire exactly', () => {
  fc.assert(
    fc.property(admissionMessage, (message) => {
      expect(decodeHello(encodeHello(message))).toStrictEqual(message);
    }),
    { numRuns: 300 },
  );
});

test('the longest hello is within the limit of a frame', () => {
  const hello: Hello = {
    ...HELLO,
    node: 'n'.repeat(LIMITS.nodeNameCharsMax) as NodeName,
    nonce: new Uint8Array(ADMISSION_LIMITS.nonceBytesMax),
    versionMax: 0xffff_ffff,
    features: 0xffff_ffff,
    addresses: repeat(LIMITS.addressesPerNodeMax, 'a'.repeat(LIMITS.addressCharsMax)),
    keyIds: repeat(ADMISSION_LIMITS.keyIdsMax, new Uint8Array(ADMISSION_LIMITS.keyIdBytes)),
  };
  expect(decodeHello(encodeHello(hello))).toStrictEqual(hello);
});

test('what is read does not hold the buffer that it came in', () => {
  const frame = Buffer.from(encodeHello({ ...HELLO, keyIds: [new Uint8Array(8)] }));
  const hello = decodeHello(frame);
  if (hello.kind !== 'hello') throw new Error('unreachable');
  frame.fill(0xff);
  expect(hello.nonce).toStrictEqual(HELLO.nonce);
  expect(hello.keyIds).toStrictEqual([new Uint8Array(8)]);
});

describe('a message out of its bounds is refused by the writer and by the reader', () => {
  test.each<[string, AdmissionMessage]>([
    ['a nonce of 15 bytes', { ...HELLO, nonce: new Uint8Array(15) }],
    ['a nonce of 33 bytes', { ...HELLO, nonce: new Uint8Array(33) }],
    ['version 0', { ...HELLO, versionMin: 0 }],
    ['versions that end before they begin', { ...HELLO, versionMin: 2 }],
    ['an empty address', { ...HELLO, addresses: [''] }],
    ['an address with a space', { ...HELLO, addresses: ['a b:1'] }],
    ['an address of 257 characters', { ...HELLO, addresses: ['a'.repeat(257)] }],
    ['a key id of 7 bytes', { ...HELLO, keyIds: [new Uint8Array(7)] }],
    ['a key id of 9 bytes', { ...HELLO, keyIds: [new Uint8Array(9)] }],
    ['a MAC of 31 bytes', { kind: 'proof', mac: new Uint8Array(31) }],
    ['a MAC of 33 bytes', { kind: 'proof', mac: new Uint8Array(33) }],
    ['a refusal without a code', { kind: 'refusal', code: '', reason: '' }],
    ['a code of 65 characters', { kind: 'refusal', code: 'C'.repeat(65), reason: '' }],
    ['a reason of 257 characters', { kind: 'refusal', code: 'C', reason: 'r'.repeat(257) }],
    ['a reason with a line break', { kind: 'refusal', code: 'C', reason: 'a\nb' }],
  ])('%s', (_, message) => {
    expect(() => encodeHello(message)).toThrow(FrameInvalidError);
    expect(() => decodeHello(encodeUnchecked(message))).toThrow(FrameInvalidError);
  });

  test('more addresses than the limit', () => {
    const message = { ...HELLO, addresses: repeat(LIMITS.addressesPerNodeMax + 1, 'a:1') };
    expect(() => encodeHello(message)).toThrow(FrameTooLargeError);
    expect(() => decodeHello(encodeUnchecked(message))).toThrow(FrameTooLargeError);
  });

  test('more key ids than the limit', () => {
    const message = { ...HELLO, keyIds: repeat(9, new Uint8Array(8)) };
    expect(() => encodeHello(message)).toThrow(FrameTooLargeError);
    expect(() => decodeHello(encodeUnchecked(message))).toThrow(FrameTooLargeError);
  });

  test('a frame one byte above its limit, and not one at it', () => {
    const padded = (bytes: number) => {
      const frame = new Uint8Array(bytes);
      const proof = [0x0a, 32, ...repeat(32, 7)];
      const rest = bytes - 3 - proof.length - 3;
      const varint = (n: number) => [(n & 127) | 128, n >> 7];
      frame.set([0x12, ...varint(bytes - 3), ...proof, 0x7a, ...varint(rest)]);
      return frame;
    };
    const atLimit = decodeHello(padded(ADMISSION_LIMITS.frameBytesMax));
    expect(atLimit).toStrictEqual({ kind: 'proof', mac: new Uint8Array(32).fill(7) });
    expect(() => decodeHello(padded(ADMISSION_LIMITS.frameBytesMax + 1))).toThrow(
      FrameTooLargeError,
    );
  });
});

test('a kind of a newer minor version is told from junk', () => {
  expect(() => decodeHello(Uint8Array.of((4 << 3) | 2, 1, 0))).toThrow(FrameUnknownError);
});
