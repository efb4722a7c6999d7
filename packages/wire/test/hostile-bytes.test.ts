import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
} from '../src/index.js';
import {
  admissionMessage,
  askMessage,
  nodeMessage,
  pollMessage,
  revokeMessage,
} from './arbitraries.js';

const REFUSALS = [FrameInvalidError, FrameTooLargeError, FrameUnknownError];

describe.each([
  { name: 'decodeMessage', encode: encodeMessage, decode: decodeMessage, valid: nodeMessage },
  { name: 'decodeHello', encode: encodeHello, decode: decodeHello, valid: admissionMessage },
  { name: 'decodeAsk', encode: encodeAsk, decode: decodeAsk, valid: askMessage },
  { name: 'decodePoll', encode: encodePoll, decode: decodePoll, valid: pollMessage },
  { name: 'decodeRevoke', encode: encodeRevoke, decode: decodeRevoke, valid: revokeMessage },
] as {
  name: string;
  encode: (message: unknown) => Uint8Array;
  decode: (bytes: Uint8Array) => unknown;
  valid: fc.Arbitrary<unknown>;
}[])('$name', ({ encode, decode, valid }) => {
  /** Junk is either refused by one of the three errors or is a message like any other. */
  function judge(bytes: Uint8Array): void {
    let message: unknown;
    try {
      message = decode(bytes);
    } catch (error) {
      expect(REFUSALS.some((refusal) => error instanceof refusal)).toBe(true);
      return;
    }
    expect(decode(encode(message))).toStrictEqual(message);
  }

  test('random bytes are refused or valid', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), judge), { numRuns: 2000 });
  });

  test('random bytes in a whole frame are refused or valid', () => {
    const framed = fc
      .tuple(fc.integer({ min: 1, max: 14 }), fc.uint8Array({ maxLength: 120 }))
      .map(([field, body]) => Uint8Array.of((field << 3) | 2, body.length, ...body));
    fc.assert(fc.property(framed, judge), { numRuns: 2000 });
  });

  test('every truncation of a valid frame is refused', () => {
    fc.assert(
      fc.property(valid, (message) => {
        const bytes = encode(message);
        for (let length = 0; length < bytes.length; length += 1 + (length >> 5))
          expect(() => decode(bytes.subarray(0, length))).toThrow(FrameInvalidError);
        expect(() => decode(bytes.subarray(0, -1))).toThrow(FrameInvalidError);
      }),
      { numRuns: 100 },
    );
  });

  test('a valid frame with flipped bits is refused or valid', () => {
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(valid, flips, (message, positions) => {
        const bytes = Uint8Array.from(encode(message));
        for (const position of positions) {
          const at = Math.floor(position / 8) % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ (1 << (position % 8));
        }
        judge(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  test('groups nested as deep as the frame allows are refused', () => {
    const depth = 8000;
    const bytes = Uint8Array.of(0x0a, 0xc0, 0x3e, ...new Uint8Array(depth).fill(0x7b));
    expect(bytes.length - 3).toBe(depth);
    expect(() => decode(bytes)).toThrow(FrameInvalidError);
  });
});
