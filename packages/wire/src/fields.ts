import { type Epoch, LIMITS, nodeNameOf, type Origin } from '@hearsay/spi';
import { FrameInvalidError, FrameTooLargeError } from './errors.js';
import type { Origin as WireOrigin } from './generated/hearsay.js';

const PRINTABLE = /^[\x21-\x7e]+$/;
const UINT32_MAX = 0xffff_ffff;

/** @throws {FrameInvalidError} unless `hex` is exactly `count` bytes in hex */
export function bytesOf(hex: string, count: number, what: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length !== count || hex.length !== count * 2)
    throw new FrameInvalidError(`${what} is not ${count} bytes in hex`);
  return bytes;
}

/** @throws {FrameInvalidError} unless there are exactly `count` bytes */
export function hexOf(bytes: Uint8Array | undefined, count: number, what: string): string {
  if (bytes?.length !== count)
    throw new FrameInvalidError(`${what} has ${bytes?.length ?? 0} bytes instead of ${count}`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, count).toString('hex');
}

/**
 * A 64-bit number that was read as a double. Whatever the wire held above 2⁵³−1 has been rounded
 * to 2⁵³ or more, so that the check refuses exactly what a double cannot hold.
 *
 * @throws {FrameInvalidError} unless `min` ≤ number ≤ 2⁵³−1
 */
export function wholeNumber(number: number, min: number, what: string): number {
  if (!Number.isSafeInteger(number) || number < min)
    throw new FrameInvalidError(`${what} is outside ${min} … 2^53-1`);
  return number;
}

/** @throws {FrameTooLargeError} a list longer than its limit */
export function checkLength(list: readonly unknown[], max: number, what: string): void {
  if (list.length > max)
    throw new FrameTooLargeError(`the message has ${list.length} ${what}; the limit is ${max}`);
}

/** @throws {FrameInvalidError} with `otherwise`, unless it `holds` */
export function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new FrameInvalidError(otherwise);
}

/** @returns whether the text is 1 to `charsMax` printable ASCII characters without spaces */
export function isPrintable(text: string, charsMax: number): boolean {
  return text.length <= charsMax && PRINTABLE.test(text);
}

export function isUint32(number: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= UINT32_MAX;
}

/** @throws {FrameTooLargeError | FrameInvalidError} too many addresses, or one that is not printable */
export function checkAddresses(addresses: readonly string[]): void {
  checkLength(addresses, LIMITS.addressesPerNodeMax, 'addresses');
  for (const address of addresses)
    demand(
      isPrintable(address, LIMITS.addressCharsMax),
      `an address is not 1 to ${LIMITS.addressCharsMax} printable characters`,
    );
}

export function writeOrigin(origin: Origin): WireOrigin {
  return { node: origin.node, epoch: bytesOf(origin.epoch, 8, 'the epoch') };
}

/** @throws {FrameInvalidError | NameInvalidError} missing or malformed */
export function readOrigin(origin: WireOrigin | undefined): Origin {
  if (origin === undefined) throw new FrameInvalidError('an origin is missing');
  return { node: nodeNameOf(origin.node), epoch: hexOf(origin.epoch, 8, 'an epoch') as Epoch };
}
