import {
  type CounterReading,
  type FreshnessEffect,
  type FreshnessInput,
  MetadataTooLargeError,
} from '@hearsay/protocol';
import type {
  CacheInvalidationTransport,
  Logger,
  LogId,
  MemberAsking,
  MemberMetadata,
  Origin,
  TransportMembership,
} from '@hearsay/spi';
import { decodePoll, encodePoll } from '@hearsay/wire';

/** What members say of themselves so that others know whom to ask: the log that they follow. */
export const LOG_METADATA = 'hearsay.log';

const TOPIC = 'hearsay.counters';

type Effect<Kind extends FreshnessEffect['kind']> = Extract<
  FreshnessEffect,
  { readonly kind: Kind }
>;

export interface PollSharingOptions {
  readonly self: Origin;
  readonly asking: MemberAsking;
  readonly membership: TransportMembership;
  readonly logger: Logger;
  /** Hands an input to the freshness machine; a pause of the process has been noticed before. */
  readonly handle: (input: FreshnessInput) => void;
}

/** Carries the questions for counters between the freshness machines of members (rule F6). */
export class PollSharing {
  readonly counters = { pollsShared: 0, pollsNotShared: 0, pollsForOthers: 0 };
  readonly #options: PollSharingOptions;
  readonly #questions = new Map<number, PromiseWithResolvers<Uint8Array>>();
  readonly #stopped = new AbortController();
  readonly #withdraw: readonly (() => void)[];
  #lastQuestionId = 0;
  #logId: LogId | undefined;
  #looking: NodeJS.Immediate | undefined;

  /** @returns `undefined` where the transport cannot ask, or does not know whom */
  static over(
    transport: CacheInvalidationTransport | undefined,
    rest: Omit<PollSharingOptions, 'asking' | 'membership'>,
  ): PollSharing | undefined {
    const { asking, membership } = transport ?? {};
    return asking && membership && new PollSharing({ ...rest, asking, membership });
  }

  constructor(options: PollSharingOptions) {
    const { asking, membership } = options;
    this.#options = options;
    this.#withdraw = [
      asking.answer(TOPIC, (_, question) => this.#questioned(question)),
      membership.onChange(() => this.look()),
    ];
  }

  /** To be told which log has answered. */
  follows(logId: LogId): void {
    if (logId === this.#logId) return;
    this.#logId = logId;
    this.look();
  }

  /** Looks who follows the log, and says that this node does: once for all that changes in a turn of the event loop. */
  look(): void {
    if (this.#logId === undefined || this.#stopped.signal.aborted) return;
    this.#looking ??= setImmediate(() => {
      this.#looking = undefined;
      const { self, handle } = this.#options;
      handle({ kind: 'members', self, followers: this.#followers() });
    });
  }

  ask({ pollId, peer, scopes, timeoutMs }: Effect<'ask-counters'>): void {
    const { signal } = this.#stopped;
    this.#ask(peer, encodePoll({ kind: 'counters-question', scopes }), { timeoutMs, signal }).then(
      (reading) => {
        this.counters.pollsShared++;
        this.#options.handle({ kind: 'counters-answer', pollId, reading });
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.counters.pollsNotShared++;
        this.#options.logger.debug({ err: error, peer: peer.node }, 'a poll could not be shared');
        this.#options.handle({ kind: 'ask-failed', pollId });
      },
    );
  }

  tell({ questionId, reading }: Effect<'tell-counters'>): void {
    this.counters.pollsForOthers++;
    this.#take(questionId)?.resolve(encodePoll({ kind: 'counters-answer', ...reading }));
  }

  tellNothing({ questionId }: Effect<'tell-nothing'>): void {
    this.#take(questionId)?.reject(new Error('the log is out of reach here'));
  }

  stop(): void {
    clearImmediate(this.#looking);
    this.#stopped.abort();
    for (const withdraw of this.#withdraw) withdraw();
    for (const { reject } of this.#questions.values()) reject(new Error('this node stops'));
    this.#questions.clear();
  }

  /** @throws {Error} no answer, or one that is none */
  async #ask(
    peer: Origin,
    question: Uint8Array,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<CounterReading> {
    const answer = decodePoll(await this.#options.asking.ask(peer, TOPIC, question, options));
    if (answer.kind !== 'counters-answer') throw new Error('the answer is a question');
    return answer;
  }

  /** @throws {FrameInvalidError} and the like: who asks with junk gets no answer */
  async #questioned(question: Uint8Array): Promise<Uint8Array> {
    const message = decodePoll(question);
    if (message.kind !== 'counters-question') throw new Error('the question is an answer');
    const questionId = ++this.#lastQuestionId;
    const answer = Promise.withResolvers<Uint8Array>();
    this.#questions.set(questionId, answer);
    this.#options.handle({ kind: 'question', questionId, scopes: message.scopes });
    return answer.promise;
  }

  #take(questionId: number): PromiseWithResolvers<Uint8Array> | undefined {
    const question = this.#questions.get(questionId);
    this.#questions.delete(questionId);
    return question;
  }

  /** None before the transport has started. */
  #followers(): Origin[] {
    const { membership, logger } = this.#options;
    const logId = this.#logId ?? '';
    try {
      const { metadata } = membership.localMember();
      if (metadata[LOG_METADATA] !== logId) this.#announce({ ...metadata, [LOG_METADATA]: logId });
      return membership
        .members()
        .filter((one) => one.state === 'alive' && one.metadata[LOG_METADATA] === logId)
        .map(({ origin }) => origin);
    } catch (error) {
      logger.debug({ err: error }, 'the members are not known yet');
      return [];
    }
  }

  /** What the service says of itself goes first: where there is no room beside it, nobody asks this node. */
  #announce(metadata: MemberMetadata): void {
    const { membership, logger } = this.#options;
    try {
      membership.updateMetadata(metadata);
    } catch (error) {
      if (!(error instanceof MetadataTooLargeError)) throw error;
      logger.debug({ err: error }, 'no room to tell the members which log is followed here');
    }
  }
}
