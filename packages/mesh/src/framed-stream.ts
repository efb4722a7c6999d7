import { FrameTooLargeError } from '@hearsay/wire';
import type { Stream } from '@libp2p/interface';
import { decode, encode } from 'it-length-prefixed';
import { pipe } from 'it-pipe';
import { spareWindowUpdates } from './window-updates.js';

/** @returns `bytes` with its length before it, as the other side's {@link readFrames} takes it apart */
export function frame(bytes: Uint8Array): Uint8Array {
  return encode.single(bytes).subarray();
}

/**
 * Takes a stream apart into frames until it ends.
 *
 * @param frameBytesMax a longer frame ends the reading before it is buffered
 * @param onFrame called for each; a throw ends the reading
 * @throws {FrameTooLargeError} @throws {Error} what `onFrame` threw, or that the stream broke
 */
export async function readFrames(
  stream: Stream,
  frameBytesMax: number,
  onFrame: (bytes: Uint8Array) => void,
): Promise<void> {
  spareWindowUpdates(stream);
  for await (const bytes of framesOf(stream, frameBytesMax)) onFrame(bytes);
}

/** A stream on which both sides take turns, frame by frame. */
export class Conversation {
  readonly #stream: Stream;
  readonly #frames: AsyncGenerator<Uint8Array>;

  constructor(stream: Stream, frameBytesMax: number) {
    this.#stream = stream;
    this.#frames = framesOf(stream, frameBytesMax);
  }

  write(bytes: Uint8Array): void {
    this.#stream.send(frame(bytes));
  }

  /** @throws {FrameTooLargeError} @throws {Error} the other side ended the stream */
  async read(): Promise<Uint8Array> {
    const { done, value } = await this.#frames.next();
    if (done) throw new Error('the other side hung up');
    return value;
  }

  /** Nothing more is read, so that nothing more piles up; what was written still goes out. */
  async end(): Promise<void> {
    void this.#frames.return(undefined);
    await this.#stream.close().catch(() => this.#stream.abort(new Error('closing failed')));
  }
}

async function* framesOf(stream: Stream, frameBytesMax: number): AsyncGenerator<Uint8Array> {
  try {
    const frames = pipe(stream, (source) => decode(source, { maxDataLength: frameBytesMax }));
    for await (const bytes of frames) yield bytes.subarray();
  } catch (error) {
    throw isLengthError(error)
      ? new FrameTooLargeError(`a frame announces more than ${frameBytesMax} bytes; drop the peer`)
      : error;
  }
}

/** What `it-length-prefixed` throws for a length that cannot be. */
function isLengthError(error: unknown): boolean {
  return error instanceof Error && /^InvalidDataLength|^InvalidMessageLength/.test(error.name);
}
