import {
  LIMITS,
  type Logger,
  type MemberAsking,
  MemberUnreachableError,
  type Origin,
  QuestionsTooManyError,
  QuestionTooLargeError,
  TransportStoppedError,
  topicOf,
} from '@hearsay/spi';
import { decodeAsk } from '@hearsay/wire';
import type { Connection, Stream } from '@libp2p/interface';
import type { Admission } from '../admission.js';
import { FEATURES } from '../dialect.js';
import type { Inbox } from '../inbox.js';
import type { Links, PeerLink } from '../links.js';
import type { AnswerHandlers } from './answer-handlers.js';
import { Answers } from './answers.js';
import { ASKING_LIMITS, Budget } from './asking-limits.js';
import { type AskOptions, Questions } from './questions.js';

export interface AskingOptions {
  readonly handlers: AnswerHandlers;
  readonly links: Links;
  readonly admission: Admission;
  readonly inbox: Inbox;
  readonly logger: Logger;
}

/**
 * Asks members and answers them. Each asker opens a stream of its own beside the link, on which its
 * questions leave and the answers come back; so a long answer delays no event.
 */
export class Asking implements Pick<MemberAsking, 'ask'> {
  readonly counters = {
    questionsAsked: 0,
    questionsFailed: 0,
    questionsAnswered: 0,
    questionsRefused: 0,
  };
  readonly #options: AskingOptions;
  readonly #questions = new Map<Connection, Questions>();
  readonly #incomplete = new Budget(ASKING_LIMITS.answerBytesMax);
  readonly #leaving = new Budget(ASKING_LIMITS.answerBytesMax);
  readonly #answering = new Budget(ASKING_LIMITS.questionsMax);
  readonly #asking = new Budget(ASKING_LIMITS.questionsMax);

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  async ask(
    member: Origin,
    topic: string,
    question: Uint8Array,
    options: AskOptions,
  ): Promise<Uint8Array> {
    topicOf(topic);
    if (question.byteLength > LIMITS.questionBytesMax)
      throw new QuestionTooLargeError(
        `a question has ${question.byteLength} bytes: ask with at most ${LIMITS.questionBytesMax}`,
      );
    options.signal?.throwIfAborted();
    const link = this.#linkTo(member);
    if (!this.#asking.take(1))
      throw new QuestionsTooManyError(
        `${ASKING_LIMITS.questionsMax} questions are under way: wait for their answers`,
      );
    this.counters.questionsAsked++;
    try {
      return await this.#questionsOn(link).ask(topic, question, options);
    } catch (error) {
      this.counters.questionsFailed++;
      throw error;
    } finally {
      this.#asking.giveBack(1);
    }
  }

  /** The handler of `ASK_PROTOCOL`: serves the questions of an admitted peer. */
  readonly handle = async (stream: Stream, connection: Connection): Promise<void> => {
    const { admission, handlers, inbox, logger } = this.#options;
    const admitted = await admission.admitted(connection);
    if (!admitted) {
      stream.abort(new Error('not admitted'));
      return;
    }
    const answers = new Answers(stream, {
      peer: admitted.peer,
      handlers,
      places: new Budget(ASKING_LIMITS.questionsPerPeerMax, this.#answering),
      bytes: new Budget(ASKING_LIMITS.answerBytesPerPeerMax, this.#leaving),
      logger,
      open: (bytes) => inbox.take(bytes, decodeAsk),
      onAnswered: () => this.counters.questionsAnswered++,
      onRefused: () => this.counters.questionsRefused++,
    });
    await answers.serve().catch((error: unknown) => this.#ended(admitted.peer, connection, error));
  };

  /** To be told that a connection is gone: what was asked over it has no answer. */
  closed(connection: Connection): void {
    const questions = this.#questions.get(connection);
    this.#questions.delete(connection);
    questions?.end(new MemberUnreachableError('the link to the member was lost: ask again'));
  }

  stop(): void {
    const stopped = new TransportStoppedError('the mesh was stopped: ask after a start');
    for (const questions of this.#questions.values()) questions.end(stopped);
    this.#questions.clear();
  }

  /** @throws {MemberUnreachableError} */
  #linkTo(member: Origin): PeerLink {
    const link = this.#options.links.get(member);
    if (link === undefined)
      throw new MemberUnreachableError(`${member.node} is not linked: ask another`);
    if ((link.features & FEATURES.asking) === 0)
      throw new MemberUnreachableError(`${member.node} is too old to be asked: upgrade it`);
    return link;
  }

  #questionsOn({ peer, connection }: PeerLink): Questions {
    const known = this.#questions.get(connection);
    if (known) return known;
    const questions = new Questions({
      peer,
      connection,
      budget: this.#incomplete,
      open: (bytes) => this.#options.inbox.take(bytes, decodeAsk),
      onEnded: (error) => this.#ended(peer, connection, error),
    });
    this.#questions.set(connection, questions);
    return questions;
  }

  /** Junk drops the peer, as it does on its link; a stream that merely broke does not. */
  #ended(peer: Origin, connection: Connection, error: unknown): void {
    const { inbox, links } = this.#options;
    if (!inbox.dropped(error)) return;
    links.abort(peer, 'sent junk');
    connection.abort(error as Error);
  }
}
