import { LIMITS, MemberUnreachableError, type Origin, QuestionsTooManyError } from '@hearsay/spi';
import {
  ASK_LIMITS,
  type AskMessage,
  encodeAsk,
  FrameInvalidError,
  FrameTooLargeError,
  type NoAnswerReason,
} from '@hearsay/wire';
import type { Connection, Stream } from '@libp2p/interface';
import { readFrames } from '../framed-stream.js';
import { ASKING_LIMITS, type Budget } from './asking-limits.js';
import { FairWriter, type Frames } from './fair-writer.js';

export const ASK_PROTOCOL = '/hearsay/ask/1';

const OPEN_MS = 5_000;

const WHY: Readonly<Record<NoAnswerReason, string>> = {
  failed: 'failed to answer',
  unknown: 'does not answer to',
  busy: 'has too much to answer to take',
};

export interface QuestionsOptions {
  readonly peer: Origin;
  readonly connection: Connection;
  /** For the bytes of answers that are not whole yet. */
  readonly budget: Budget;
  /** @returns the message; `undefined` for a kind that only a newer minor version knows */
  readonly open: (bytes: Uint8Array) => AskMessage | undefined;
  /** The stream ended with this error. */
  readonly onEnded: (error: unknown) => void;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly topic: string;
  readonly frames: Frames;
  readonly parts: Uint8Array[];
  bytes: number;
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The questions to one peer, over one connection. They leave, and answers come back, on one stream
 * that the first question opens; another takes its place when it breaks.
 */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #pending = new Map<number, Pending>();
  #writer: FairWriter | undefined;
  #stream: Stream | undefined;
  #lastId = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Everything that this can throw is documented at `MemberAsking.ask`. */
  async ask(topic: string, body: Uint8Array, options: AskOptions): Promise<Uint8Array> {
    const { peer } = this.#options;
    const { questionsPerPeerMax } = ASKING_LIMITS;
    if (this.#pending.size >= questionsPerPeerMax)
      throw new QuestionsTooManyError(
        `${questionsPerPeerMax} questions to ${peer.node} are under way: wait for their answers`,
      );
    const id = ++this.#lastId;
    const question = encodeAsk({ kind: 'question', id, topic, body });
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const frames = one(question);
    this.#pending.set(id, { topic, frames, parts: [], bytes: 0, resolve, reject });
    const giveUp = (reason: unknown) => {
      if (this.#pending.has(id)) this.#cancel(id);
      reject(reason);
    };
    const silent = `${peer.node} was silent for ${options.timeoutMs} ms: ask another`;
    const timer = setTimeout(() => giveUp(new MemberUnreachableError(silent)), options.timeoutMs);
    const abort = () => giveUp(options.signal?.reason);
    options.signal?.addEventListener('abort', abort);
    this.#send(frames);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  /** Every question that is under way fails with this. */
  end(reason: unknown): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#writer?.stop();
    this.#writer = undefined;
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(reason);
    stream?.abort(new Error('no more questions'));
  }

  #send(frames: Frames): void {
    this.#writer ??= this.#openStream();
    this.#writer.add(frames);
  }

  #openStream(): FairWriter {
    const { connection } = this.#options;
    const writer = new FairWriter(ASKING_LIMITS.stalledMs, () => this.#broke(writer, undefined));
    connection
      .newStream(ASK_PROTOCOL, { signal: AbortSignal.timeout(OPEN_MS) })
      .then(async (stream) => {
        if (this.#writer !== writer) {
          stream.abort(new Error('it took too long'));
          return;
        }
        this.#stream = stream;
        writer.attach(stream);
        await readFrames(stream, ASK_LIMITS.frameBytesMax, (bytes) => this.#read(bytes));
        throw new Error('the other side closed the stream');
      })
      .catch((error: unknown) => this.#broke(writer, error));
    return writer;
  }

  #broke(writer: FairWriter, error: unknown): void {
    if (this.#writer !== writer) return;
    const { node } = this.#options.peer;
    this.end(
      new MemberUnreachableError(`the stream to ${node} broke: ask again`, { cause: error }),
    );
    this.#options.onEnded(error);
  }

  #read(bytes: Uint8Array): void {
    const message = this.#options.open(bytes);
    if (message === undefined) return;
    if (message.kind !== 'answer' && message.kind !== 'no-answer')
      throw new FrameInvalidError(`${message.kind} came in place of an answer`);
    if (message.id > this.#lastId)
      throw new FrameInvalidError('an answer came before its question');
    // A late one, of a question that was given up.
    if (!this.#pending.has(message.id)) return;
    if (message.kind === 'answer') this.#part(message);
    else this.#unanswered(message.id, WHY[message.reason]);
  }

  #part({ id, part, more }: Extract<AskMessage, { readonly kind: 'answer' }>): void {
    const pending = this.#pending.get(id) as Pending;
    if (pending.bytes + part.byteLength > LIMITS.answerBytesMax)
      throw new FrameTooLargeError(`an answer has more than ${LIMITS.answerBytesMax} bytes`);
    if (!this.#options.budget.take(part.byteLength)) {
      this.#cancel(id);
      pending.reject(
        new MemberUnreachableError('too many long answers come in at once: ask again later'),
      );
      return;
    }
    pending.bytes += part.byteLength;
    pending.parts.push(part);
    if (more) return;
    this.#take(id);
    pending.resolve(joined(pending.parts, pending.bytes));
  }

  #unanswered(id: number, why: string): void {
    const pending = this.#take(id) as Pending;
    const { node } = this.#options.peer;
    pending.reject(new MemberUnreachableError(`${node} ${why} ${pending.topic}: ask another`));
  }

  /** Told to the peer, unless the question has not even left. */
  #cancel(id: number): void {
    const pending = this.#take(id);
    if (pending === undefined) return;
    this.#writer?.remove(pending.frames);
    if (this.#stream !== undefined) this.#send(one(encodeAsk({ kind: 'cancel', id })));
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.#options.budget.giveBack(pending.bytes);
    return pending;
  }
}

function one(bytes: Uint8Array): Frames {
  return [bytes].values() as Frames;
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
