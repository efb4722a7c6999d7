/**
 * What every error of Hearsay is. The `code` is stable across releases; the message is one line
 * that names what is wrong and what to do.
 */
export abstract class HearsayError extends Error {
  abstract readonly code: `HEARSAY_${string}`;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Thrown when a name (scope, key, prefix, tag, node) is empty, malformed or above its limit. Nothing is applied. */
export class NameInvalidError extends HearsayError {
  readonly code = 'HEARSAY_NAME_INVALID';
}

/** Thrown when an option has a value that cannot work. Raised before anything is opened. */
export class ConfigInvalidError extends HearsayError {
  readonly code = 'HEARSAY_CONFIG_INVALID';
}

/** Thrown when more invalidations are handed over at once than {@link LIMITS.batchEventsMax}. None is applied. */
export class BatchTooLargeError extends HearsayError {
  readonly code = 'HEARSAY_BATCH_TOO_LARGE';
}

/** Thrown by a transport before `start` and after `stop`. Nothing is sent. */
export class TransportStoppedError extends HearsayError {
  readonly code = 'HEARSAY_TRANSPORT_STOPPED';
}

/** Thrown by `ask` when the member is unknown, gone, or did not answer in time. */
export class MemberUnreachableError extends HearsayError {
  readonly code = 'HEARSAY_MEMBER_UNREACHABLE';
}

/** Thrown by `ask` when the question is longer than {@link LIMITS.questionBytesMax}. Nothing is sent. */
export class QuestionTooLargeError extends HearsayError {
  readonly code = 'HEARSAY_QUESTION_TOO_LARGE';
}

/** Thrown by `ask` when too many of this node's questions are under way already. Nothing is sent. */
export class QuestionsTooManyError extends HearsayError {
  readonly code = 'HEARSAY_QUESTIONS_TOO_MANY';
}

/** Thrown when the version log cannot be reached. Reads of `eventual` scopes go on. */
export class LogUnavailableError extends HearsayError {
  readonly code = 'HEARSAY_LOG_UNAVAILABLE';
}
