import type { Stream } from '@libp2p/interface';
import { frame } from '../framed-stream.js';

/** Frames to be sent one after the other. */
export type Frames = Iterator<Uint8Array, undefined>;

/**
 * Writes to one stream what several have to say, one frame of each in turn and one frame in a turn of
 * the event loop, so that neither the others here nor the other streams of the connection wait for
 * the end of a long one. Nothing is made before it can be sent.
 */
export class FairWriter {
  readonly #stalledMs: number;
  readonly #onStalled: () => void;
  #waiting: Frames[] = [];
  #stream: Stream | undefined;
  #next: NodeJS.Immediate | undefined;
  #stalled: NodeJS.Timeout | undefined;

  /** @param onStalled what waits has not moved for `stalledMs` */
  constructor(stalledMs: number, onStalled: () => void) {
    this.#stalledMs = stalledMs;
    this.#onStalled = onStalled;
  }

  /** How many have frames to be sent. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** From now on frames leave by this stream; what waited goes first. */
  attach(stream: Stream): void {
    this.#stream = stream;
    stream.addEventListener('drain', () => this.#write());
    this.#write();
  }

  add(frames: Frames): void {
    this.#waiting.push(frames);
    if (this.#next === undefined) this.#write();
  }

  /** What is left of it is not sent. */
  remove(frames: Frames): void {
    this.#waiting = this.#waiting.filter((one) => one !== frames);
    if (this.#waiting.length === 0) this.#rest();
  }

  stop(): void {
    this.#stream = undefined;
    this.#waiting = [];
    this.#rest();
  }

  #write(): void {
    clearImmediate(this.#next);
    this.#next = undefined;
    const stream = this.#stream;
    if (stream === undefined || stream.writeStatus !== 'writable') return;
    if (stream.writableNeedsDrain) {
      this.#watch();
      return;
    }
    const bytes = this.#take();
    if (bytes === undefined) {
      this.#rest();
      return;
    }
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
    stream.send(frame(bytes));
    if (this.#waiting.length > 0) this.#next = setImmediate(() => this.#write());
  }

  /** The next frame of whose turn it is. */
  #take(): Uint8Array | undefined {
    for (;;) {
      const frames = this.#waiting.shift();
      if (frames === undefined) return undefined;
      const { value } = frames.next();
      if (value === undefined) continue;
      this.#waiting.push(frames);
      return value;
    }
  }

  #watch(): void {
    if (this.#waiting.length === 0) return;
    this.#stalled ??= setTimeout(() => this.#onStalled(), this.#stalledMs).unref();
  }

  #rest(): void {
    clearImmediate(this.#next);
    this.#next = undefined;
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
  }
}
