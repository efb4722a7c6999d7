import type { LeftOut } from '@hearsay/protocol';
import { wholeNumber } from './fields.js';

/** @throws {FrameInvalidError} not 0 … 2⁵³−1 */
export function writeLeftOut({ leftOutMs }: LeftOut): LeftOut {
  if (leftOutMs === undefined) return {};
  return { leftOutMs: wholeNumber(leftOutMs, 0, 'the age of what is left out') };
}

/** @throws {FrameInvalidError} as {@link writeLeftOut} */
export function readLeftOut({ leftOutMs }: { readonly leftOutMs?: number | undefined }): LeftOut {
  return leftOutMs === undefined ? {} : writeLeftOut({ leftOutMs });
}
