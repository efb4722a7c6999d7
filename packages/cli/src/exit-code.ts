import {
  AdminRefusedError,
  AdminReplyInvalidError,
  AdminTimeoutError,
  AdminUnreachableError,
} from '@hearsay/admin/client';
import { ConfigInvalidError } from '@hearsay/spi';

/** What the process says to scripts. */
export const EXIT = {
  ok: 0,
  /** What was asked was answered, and it is not well. */
  unhealthy: 1,
  usage: 2,
  unreachable: 3,
  timeout: 4,
  interrupted: 130,
} as const;

/** Thrown for arguments that make no sense together or by their values. */
export class UsageError extends Error {}

/** What it says for people, in the words of the command line. */
export function messageOf(error: Error): string {
  if (error instanceof AdminRefusedError && error.code === 'HEARSAY_REQUEST_UNAUTHORIZED')
    return 'the token is missing or wrong: give --token, or set HEARSAY_ADMIN_TOKEN';
  return error.message;
}

/** @returns the exit code for what a command threw; `undefined` for a fault of this program */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof UsageError || error instanceof ConfigInvalidError) return EXIT.usage;
  if (error instanceof AdminTimeoutError) return EXIT.timeout;
  if (error instanceof AdminUnreachableError || error instanceof AdminReplyInvalidError)
    return EXIT.unreachable;
  if (error instanceof AdminRefusedError) return error.status < 500 ? EXIT.usage : EXIT.unhealthy;
  return undefined;
}
