import type { NodeMessage } from '@hearsay/protocol';
import {
  decodeMessage,
  FrameInvalidError,
  FrameTooLargeError,
  FrameUnknownError,
} from '@hearsay/wire';

/** Takes frames apart, and counts what does not come apart. */
export class Inbox {
  readonly counters = { framesReceived: 0, framesUnknown: 0, framesInvalid: 0 };

  /**
   * @returns `undefined` for a kind that only a newer minor version knows
   * @throws {FrameInvalidError | FrameTooLargeError} junk: drop the peer
   */
  open(bytes: Uint8Array): NodeMessage | undefined {
    return this.take(bytes, decodeMessage);
  }

  /** As {@link open}, of another family of messages. */
  take<Message>(bytes: Uint8Array, decode: (bytes: Uint8Array) => Message): Message | undefined {
    this.counters.framesReceived++;
    try {
      return decode(bytes);
    } catch (error) {
      if (!(error instanceof FrameUnknownError)) throw error;
      this.counters.framesUnknown++;
      return undefined;
    }
  }

  /** To be told why reading ended. @returns whether it was junk, which counts; a stream that broke does not */
  dropped(error: unknown): boolean {
    const isJunk = error instanceof FrameInvalidError || error instanceof FrameTooLargeError;
    if (isJunk) this.counters.framesInvalid++;
    return isJunk;
  }
}
