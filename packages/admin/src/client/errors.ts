import { HearsayError } from '@hearsay/spi';

/** Thrown when no node answers at the address. */
export class AdminUnreachableError extends HearsayError {
  readonly code = 'HEARSAY_ADMIN_UNREACHABLE';
}

/** Thrown when a node did not answer in time. What was asked for may have been done. */
export class AdminTimeoutError extends HearsayError {
  readonly code = 'HEARSAY_ADMIN_TIMEOUT';
}

/** Thrown when something answers that is no node's admin API, or at a length beyond the limit. */
export class AdminReplyInvalidError extends HearsayError {
  readonly code = 'HEARSAY_ADMIN_REPLY_INVALID';
}

/** Thrown when a node refuses: code and message are the node's own. */
export class AdminRefusedError extends HearsayError {
  readonly code: `HEARSAY_${string}`;
  /** The HTTP status, 400 … 599. */
  readonly status: number;

  constructor(status: number, code: `HEARSAY_${string}`, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
