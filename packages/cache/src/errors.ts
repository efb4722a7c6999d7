import { HearsayError } from '@hearsay/spi';

/**
 * Thrown when a bounded scope can neither prove that its entry is fresh enough nor load a new one
 * (rule F7). `cause` is the loader's error.
 */
export class StaleRefusedError extends HearsayError {
  readonly code = 'HEARSAY_STALE_REFUSED';
}

/**
 * Thrown when a strict scope has no right to serve from memory, and no poll of the log could prove it
 * either. Nothing is loaded: a strict scope fails closed.
 */
export class StrictRefusedError extends HearsayError {
  readonly code = 'HEARSAY_STRICT_REFUSED';
}

/** Thrown when a read brought a token whose write has not been applied here in the time given. */
export class TokenNotReachedError extends HearsayError {
  readonly code = 'HEARSAY_TOKEN_NOT_REACHED';
}

/**
 * Thrown to a loader that has read at an older version than is known here (rule F5), and by the read
 * where the loader lets it pass. Nothing is kept.
 */
export class LoadBehindError extends HearsayError {
  readonly code = 'HEARSAY_LOAD_BEHIND';
}

/** Thrown when a loader did not settle within `loadTimeoutMs`; its signal has been aborted. */
export class LoadTimeoutError extends HearsayError {
  readonly code = 'HEARSAY_LOAD_TIMEOUT';
}

/** The reason of a loader's signal when nobody waits for its value any more. */
export class LoadAbandonedError extends HearsayError {
  readonly code = 'HEARSAY_LOAD_ABANDONED';
}

/** Thrown by reads that would load after `close`, and by those that were waiting for a load then. */
export class CacheClosedError extends HearsayError {
  readonly code = 'HEARSAY_CACHE_CLOSED';
}

/** Thrown when a fill brings no ticket, or one that another cache issued. Nothing is stored. */
export class TicketForeignError extends HearsayError {
  readonly code = 'HEARSAY_TICKET_FOREIGN';
}
