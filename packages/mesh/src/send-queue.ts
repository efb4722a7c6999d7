import type { Stream } from '@libp2p/interface';
import { frame } from './framed-stream.js';

/**
 * What waits to be sent to one peer. Bounded, but for one frame that waits alone: when a peer does not
 * drain, what waits is thrown away and the link needs sync, which the next digest brings about. Nothing
 * blocks and nothing is lost silently.
 */
export class SendQueue {
  readonly #bytesMax: number;
  readonly #onOverflow: () => void;
  #stream: Stream | undefined;
  #waiting: Uint8Array[] = [];
  #bytes = 0;

  constructor(bytesMax: number, onOverflow: () => void) {
    this.#bytesMax = bytesMax;
    this.#onOverflow = onOverflow;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** From now on frames leave by this stream; what waited goes first. */
  attach(stream: Stream): void {
    this.#stream = stream;
    stream.addEventListener('drain', () => this.#drain(stream));
    this.#drain(stream);
  }

  send(message: Uint8Array): void {
    const bytes = frame(message);
    if (this.#bytes > 0 && this.#bytes + bytes.byteLength > this.#bytesMax) {
      this.#waiting = [];
      this.#bytes = 0;
      this.#onOverflow();
      return;
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.byteLength;
    if (this.#stream) this.#drain(this.#stream);
  }

  #drain(stream: Stream): void {
    if (stream !== this.#stream) return;
    let sent = 0;
    while (sent < this.#waiting.length && !stream.writableNeedsDrain) {
      if (stream.writeStatus !== 'writable') break;
      const bytes = this.#waiting[sent++] as Uint8Array;
      this.#bytes -= bytes.byteLength;
      stream.send(bytes);
    }
    if (sent === this.#waiting.length) this.#waiting = [];
    else if (sent > 0) this.#waiting.splice(0, sent);
  }
}
