import { LIMITS, type Logger, type Origin } from '@hearsay/spi';
import {
  ASK_LIMITS,
  type AskMessage,
  encodeAsk,
  FrameInvalidError,
  type NoAnswerReason,
} from '@hearsay/wire';
import type { Stream } from '@libp2p/interface';
import { readFrames } from '../framed-stream.js';
import type { AnswerHandlers } from './answer-handlers.js';
import { ASKING_LIMITS, type Budget } from './asking-limits.js';
import { FairWriter, type Frames } from './fair-writer.js';

type Question = Extract<AskMessage, { readonly kind: 'question' }>;

export interface AnswersOptions {
  readonly peer: Origin;
  readonly handlers: AnswerHandlers;
  /** For questions that are being answered. */
  readonly places: Budget;
  /** For the bytes of answers that are on their way out. */
  readonly bytes: Budget;
  readonly logger: Logger;
  /** @returns the message; `undefined` for a kind that only a newer minor version knows */
  readonly open: (bytes: Uint8Array) => AskMessage | undefined;
  readonly onAnswered: () => void;
  readonly onRefused: () => void;
}

/** A question from its arrival until its answer has left or is not wanted any more. */
interface Answering {
  readonly id: number;
  /** The handler has. */
  settled: boolean;
  frames: Frames | undefined;
  bytes: number;
}

/**
 * Answers one peer's questions on the stream that they come by. The place that a question takes is free
 * again when its handler has settled and its answer has left or is not wanted: a peer that cancels, or
 * reads nothing, starts no more of them than its places.
 */
export class Answers {
  readonly #options: AnswersOptions;
  readonly #stream: Stream;
  readonly #writer: FairWriter;
  readonly #open = new Map<number, Answering>();
  #lastId = 0;

  constructor(stream: Stream, options: AnswersOptions) {
    this.#options = options;
    this.#stream = stream;
    this.#writer = new FairWriter(ASKING_LIMITS.stalledMs, () =>
      stream.abort(new Error('the answers are not read')),
    );
    this.#writer.attach(stream);
  }

  /**
   * Resolves when the peer has ended the stream.
   * @throws {FrameInvalidError | FrameTooLargeError} junk @throws {Error} the stream broke
   */
  async serve(): Promise<void> {
    try {
      await readFrames(this.#stream, ASK_LIMITS.frameBytesMax, (bytes) => this.#read(bytes));
    } finally {
      this.#writer.stop();
      for (const answering of [...this.#open.values()]) this.#drop(answering);
      this.#stream.abort(new Error('no more answers'));
    }
  }

  #read(bytes: Uint8Array): void {
    const message = this.#options.open(bytes);
    if (message === undefined) return;
    if (message.kind === 'cancel') {
      const answering = this.#open.get(message.id);
      if (answering) this.#drop(answering);
      return;
    }
    if (message.kind !== 'question' || message.id <= this.#lastId)
      throw new FrameInvalidError('an answer, or an earlier id, came in place of a question');
    this.#lastId = message.id;
    this.#question(message);
  }

  #question(question: Question): void {
    const { handlers, places } = this.#options;
    const { id, topic } = question;
    const handler = handlers.get(topic);
    if (handler === undefined || !places.take(1)) {
      this.#refuse(id, handler === undefined ? 'unknown' : 'busy');
      return;
    }
    const answering: Answering = { id, settled: false, frames: undefined, bytes: 0 };
    this.#open.set(id, answering);
    this.#handle(handler, question)
      .finally(() => {
        answering.settled = true;
        if (!this.#open.has(id)) places.giveBack(1);
      })
      .then(
        (answer) => this.#answer(answering, answer),
        (error: unknown) => {
          this.#options.logger.debug({ err: error, topic }, 'a question could not be answered');
          this.#fail(answering, 'failed');
        },
      );
  }

  /** @throws {RangeError} the answer is longer than its limit */
  async #handle(
    handler: NonNullable<ReturnType<AnswerHandlers['get']>>,
    { body }: Question,
  ): Promise<Uint8Array> {
    const answer = await handler(this.#options.peer, body);
    if (answer.byteLength > LIMITS.answerBytesMax)
      throw new RangeError(`the answer has ${answer.byteLength} bytes: answer with less`);
    return answer;
  }

  #answer(answering: Answering, answer: Uint8Array): void {
    if (!this.#open.has(answering.id)) return;
    if (!this.#options.bytes.take(answer.byteLength)) {
      this.#fail(answering, 'busy');
      return;
    }
    answering.bytes = answer.byteLength;
    answering.frames = this.#parts(answering, Uint8Array.from(answer));
    this.#options.onAnswered();
    this.#writer.add(answering.frames);
  }

  /** An empty answer has one part too. */
  *#parts(answering: Answering, answer: Uint8Array): Generator<Uint8Array, undefined> {
    const { id } = answering;
    let at = 0;
    do {
      const part = answer.subarray(at, at + ASK_LIMITS.partBytesMax);
      at += part.byteLength;
      const more = at < answer.byteLength;
      if (!more) this.#drop(answering);
      yield encodeAsk({ kind: 'answer', id, part, more });
    } while (at < answer.byteLength);
    return undefined;
  }

  #fail(answering: Answering, reason: NoAnswerReason): void {
    if (!this.#open.has(answering.id)) return;
    this.#drop(answering);
    this.#refuse(answering.id, reason);
  }

  /** One short frame; who asks on and on without reading any of them has no use for the stream. */
  #refuse(id: number, reason: NoAnswerReason): void {
    this.#options.onRefused();
    if (this.#writer.waiting >= ASKING_LIMITS.refusalsWaitingMax)
      this.#stream.abort(new Error('the answers are not read'));
    const refusal = encodeAsk({ kind: 'no-answer', id, reason });
    this.#writer.add([refusal].values() as Frames);
  }

  /** Nothing more is sent of it, and what it held is free. */
  #drop(answering: Answering): void {
    const { places, bytes } = this.#options;
    if (!this.#open.delete(answering.id)) return;
    if (answering.frames) this.#writer.remove(answering.frames);
    bytes.giveBack(answering.bytes);
    if (answering.settled) places.giveBack(1);
  }
}
