import type { Stream } from '@libp2p/interface';
import { decode, encode } from 'it-length-prefixed';
import { pipe } from 'it-pipe';

/** @returns `bytes` with its length before it, as the other side's {@link readFrames} takes it apart */
export function frame(bytes: Uint8Array): Uint8Array {
  return encode.single(bytes).subarray();
}

/**
 * Takes a stream apart into frames until it ends.
 *
 * @param frameBytesMax a longer frame ends the reading with an error before it is buffered
 * @param onFrame called for each; a throw ends the reading
 */
export async function readFrames(
  stream: Stream,
  frameBytesMax: number,
  onFrame: (bytes: Uint8Array) => void,
): Promise<void> {
  await pipe(
    stream,
    (source) => decode(source, { maxDataLength: frameBytesMax }),
    async (frames) => {
      for await (const bytes of frames) onFrame(bytes.subarray());
    },
  );
}

/** A stream on which both sides take turns, frame by frame. */
export class Conversation {
  readonly #stream: Stream;
  readonly #frames: AsyncGenerator<{ subarray(): Uint8Array }>;

  constructor(stream: Stream, frameBytesMax: number) {
    this.#stream = stream;
    this.#frames = pipe(stream, (source) => decode(source, { maxDataLength: frameBytesMax }));
  }

  write(bytes: Uint8Array): void {
    this.#stream.send(frame(bytes));
  }

  /** @throws {Error} the other side ended the stream */
  async read(): Promise<Uint8Array> {
    const { done, value } = await this.#frames.next();
    if (done) throw new Error('the other side hung up');
    return value.subarray();
  }
}
