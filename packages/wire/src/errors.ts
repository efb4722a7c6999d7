import { HearsayError } from '@hearsay/spi';

/** Thrown when bytes are not a whole, valid message, or a message cannot be written as one. Nothing of it is used. */
export class FrameInvalidError extends HearsayError {
  readonly code = 'HEARSAY_FRAME_INVALID';
}

/** Thrown when a frame, or a list in it, is longer than its limit. Nothing of it is used. */
export class FrameTooLargeError extends HearsayError {
  readonly code = 'HEARSAY_FRAME_TOO_LARGE';
}

/** Thrown when a frame is well formed but of a kind that only a newer minor version knows. Count it and go on. */
export class FrameUnknownError extends HearsayError {
  readonly code = 'HEARSAY_FRAME_UNKNOWN';
}

/** @returns the error to throw for whatever a decoder threw: one of the three, never anything else */
export function frameErrorOf(error: unknown): HearsayError {
  if (
    error instanceof FrameInvalidError ||
    error instanceof FrameTooLargeError ||
    error instanceof FrameUnknownError
  )
    return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === 'MaxLengthError'
    ? new FrameTooLargeError(`the frame has too long a list (${message}); drop it`)
    : new FrameInvalidError(`the frame is malformed (${message}); drop it`);
}
