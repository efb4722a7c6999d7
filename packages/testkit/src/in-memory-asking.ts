import {
  ConfigInvalidError,
  LIMITS,
  type MemberAsking,
  MemberUnreachableError,
  type Origin,
  QuestionTooLargeError,
  TransportStoppedError,
  topicOf,
} from '@hearsay/spi';
import type { AnswerHandler, InMemoryMember } from './in-memory-member.js';

const NEVER = new Promise<never>(() => {});

/** Asks one member through the hub. An answer that a cut overtakes never arrives. */
export class InMemoryAsking implements MemberAsking {
  readonly handlers = new Map<string, AnswerHandler>();
  readonly #running: () => InMemoryMember;
  readonly #stopped = new AbortController();

  /** @param running the member asking, or throws {@link TransportStoppedError} */
  constructor(running: () => InMemoryMember) {
    this.#running = running;
  }

  async ask(
    member: Origin,
    topic: string,
    question: Uint8Array,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Uint8Array> {
    topicOf(topic);
    if (question.byteLength > LIMITS.questionBytesMax)
      throw new QuestionTooLargeError(
        `a question has ${question.byteLength} bytes; ask with at most ${LIMITS.questionBytesMax}`,
      );
    options.signal?.throwIfAborted();
    const self = this.#running();
    const other = self.find(member);
    const handler = other?.handlers.get(topic);
    if (other === undefined || handler === undefined)
      throw new MemberUnreachableError(`${member.node} does not answer to ${topic}; ask another`);
    const answer = Promise.resolve()
      .then(() => handler(self.origin, Uint8Array.from(question)))
      .then((bytes) => (self.reaches(other) ? within(bytes) : NEVER));
    const failed = (error: unknown) => {
      throw new MemberUnreachableError(`${member.node} failed to answer ${topic}; ask another`, {
        cause: error,
      });
    };
    return await this.#before(answer.catch(failed), member, options);
  }

  answer(topic: string, handler: AnswerHandler): () => void {
    topicOf(topic);
    if (this.handlers.has(topic))
      throw new ConfigInvalidError(`topic ${topic} has a handler; withdraw it first`);
    this.handlers.set(topic, handler);
    return () => {
      if (this.handlers.get(topic) === handler) this.handlers.delete(topic);
    };
  }

  /** Ends every question that is still open. */
  stop(): void {
    this.#stopped.abort(new TransportStoppedError('the transport was stopped; ask after a start'));
  }

  /** The answer, unless time is up, the asker gives up or this transport stops before. */
  async #before(
    answer: Promise<Uint8Array>,
    member: Origin,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Uint8Array> {
    const { promise: given, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const message = `${member.node} was silent for ${options.timeoutMs} ms; ask another`;
      reject(new MemberUnreachableError(message));
    }, options.timeoutMs);
    const ended = options.signal
      ? AbortSignal.any([this.#stopped.signal, options.signal])
      : this.#stopped.signal;
    const abort = () => reject(ended.reason);
    ended.addEventListener('abort', abort);
    try {
      return await Promise.race([answer, given]);
    } finally {
      clearTimeout(timer);
      ended.removeEventListener('abort', abort);
    }
  }
}

/** @returns a copy. @throws {RangeError} an answer longer than its limit counts as none */
function within(answer: Uint8Array): Uint8Array {
  if (answer.byteLength > LIMITS.answerBytesMax)
    throw new RangeError(`the answer has ${answer.byteLength} bytes`);
  return Uint8Array.from(answer);
}
