import { HearsayError, type Logger } from '@hearsay/spi';
import {
  AdminInternalError,
  BodyTooLargeError,
  MediaTypeUnsupportedError,
  RequestInvalidError,
} from '../errors.js';
import { ADMIN_LIMITS } from '../limits.js';
import type { ErrorReply } from '../shapes/common.js';

/** The status of each failure that a caller can cause or do something about; all others are 500. */
const STATUS: Readonly<Record<string, number>> = {
  HEARSAY_REQUEST_INVALID: 400,
  HEARSAY_NAME_INVALID: 400,
  HEARSAY_CONFIG_INVALID: 400,
  HEARSAY_TOKEN_INVALID: 400,
  HEARSAY_CLUSTER_KEY_INVALID: 400,
  HEARSAY_REQUEST_UNAUTHORIZED: 401,
  HEARSAY_REQUEST_FOREIGN: 403,
  HEARSAY_ROUTE_UNKNOWN: 404,
  HEARSAY_SCOPE_UNKNOWN: 404,
  HEARSAY_MEMBER_UNKNOWN: 404,
  HEARSAY_METHOD_NOT_ALLOWED: 405,
  HEARSAY_WAIT_NEEDS_LOG: 409,
  HEARSAY_KEYRING_CHANGE_REFUSED: 409,
  HEARSAY_BODY_TOO_LARGE: 413,
  HEARSAY_BATCH_TOO_LARGE: 413,
  HEARSAY_MEDIA_TYPE_UNSUPPORTED: 415,
  HEARSAY_NOT_OFFERED: 501,
  HEARSAY_ADMIN_BUSY: 503,
  HEARSAY_LOG_UNAVAILABLE: 503,
  HEARSAY_LOG_READ_ONLY: 503,
  HEARSAY_DATABASE_FULL: 503,
  HEARSAY_WRITE_CONTENDED: 503,
  HEARSAY_COMMIT_UNCERTAIN: 503,
  HEARSAY_NODE_CLOSED: 503,
  HEARSAY_TRANSPORT_STOPPED: 503,
  HEARSAY_MEMBER_UNREACHABLE: 504,
};
const MESSAGE_CHARS_MAX = 500;

export interface Failure {
  readonly status: number;
  readonly body: ErrorReply;
}

/** @param error whatever was thrown on the way of a request */
export function failureOf(error: unknown, logger: Logger): Failure {
  const known = error instanceof HearsayError ? error : ofServer(error);
  const status = STATUS[known?.code ?? ''] ?? 500;
  if (status === 500) logger.error({ err: error }, 'a request to the admin API failed');
  // What is no error of ours may name what is nobody's business.
  const told = known ?? new AdminInternalError('the node failed to answer: its log says why');
  return { status, body: bodyOf(told) };
}

export function bodyOf({ code, message }: HearsayError): ErrorReply {
  return { error: { code, message: message.replace(/\s+/g, ' ').slice(0, MESSAGE_CHARS_MAX) } };
}

/** What the HTTP server found wrong with a request. */
function ofServer(error: unknown): HearsayError | undefined {
  const { statusCode } = (error ?? {}) as { readonly statusCode?: unknown };
  if (statusCode === 413)
    return new BodyTooLargeError(
      `the body is longer than ${ADMIN_LIMITS.bodyBytesMax} bytes: send less at once`,
    );
  if (statusCode === 415)
    return new MediaTypeUnsupportedError('send the body as "Content-Type: application/json"');
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new RequestInvalidError(`the request cannot be read: ${(error as Error).message}`);
  return undefined;
}
