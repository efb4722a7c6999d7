import type { FreshnessEffect, FreshnessInput, NodeMachine } from '@hearsay/protocol';
import type { LogId, Origin } from '@hearsay/spi';
import { decodePoll, encodePoll } from '@hearsay/wire';
import type { Asking } from './asking.ts';

type Effect<Kind extends FreshnessEffect['kind']> = Extract<FreshnessEffect, { kind: Kind }>;
type Answered = (body: Uint8Array | undefined) => void;

export interface SharingHost {
  readonly self: Origin;
  readonly asking: Asking;
  readonly machine: NodeMachine;
  /** In the next turn of the event loop. */
  soon(callback: () => void): void;
  /** Says of this node which log it follows. */
  announce(logId: LogId): void;
  handle(input: FreshnessInput): void;
}

const TOPIC = 'hearsay.counters';
const METADATA = 'log';

/** Carries questions for counters between the freshness machines of members (rule F6), as `@hearsay/embed` does. */
export class Sharing {
  readonly counters = { asked: 0, answered: 0, told: 0 };
  readonly #host: SharingHost;
  readonly #questions = new Map<number, Answered>();
  #lastQuestionId = 0;
  #logId: LogId | undefined;
  #looks = false;

  constructor(host: SharingHost) {
    this.#host = host;
    host.asking.answer(TOPIC, (question, answer) => this.#questioned(question, answer));
  }

  /** This log has answered. */
  follows(logId: LogId): void {
    if (logId === this.#logId) return;
    this.#logId = logId;
    this.#host.announce(logId);
    this.look();
  }

  /** Who follows the log may have changed. */
  look(): void {
    if (this.#looks || this.#logId === undefined) return;
    this.#looks = true;
    this.#host.soon(() => {
      this.#looks = false;
      const { self, machine } = this.#host;
      const followers = machine
        .members()
        .filter(({ state, metadata }) => state === 'alive' && metadata[METADATA] === this.#logId)
        .map(({ origin }) => origin);
      this.#host.handle({ kind: 'members', self, followers });
    });
  }

  ask({ pollId, peer, scopes, timeoutMs }: Effect<'ask-counters'>): void {
    this.counters.asked += 1;
    const question = encodePoll({ kind: 'counters-question', scopes });
    this.#host.asking.ask(peer, TOPIC, question, timeoutMs, (bytes) => {
      const reading = bytes && decodePoll(bytes);
      if (reading?.kind !== 'counters-answer') {
        this.#host.handle({ kind: 'ask-failed', pollId });
        return;
      }
      this.counters.answered += 1;
      this.#host.handle({ kind: 'counters-answer', pollId, reading });
    });
  }

  tell({ questionId, reading }: Effect<'tell-counters'>): void {
    this.counters.told += 1;
    this.#take(questionId)?.(encodePoll({ kind: 'counters-answer', ...reading }));
  }

  tellNothing({ questionId }: Effect<'tell-nothing'>): void {
    this.#take(questionId)?.(undefined);
  }

  #questioned(bytes: Uint8Array, answer: Answered): void {
    const question = decodePoll(bytes);
    if (question.kind !== 'counters-question') return;
    const questionId = ++this.#lastQuestionId;
    this.#questions.set(questionId, answer);
    this.#host.handle({ kind: 'question', questionId, scopes: question.scopes });
  }

  #take(questionId: number): Answered | undefined {
    const answer = this.#questions.get(questionId);
    this.#questions.delete(questionId);
    return answer;
  }
}

/** What a member says of itself so that others know whom to ask. */
export function followsLog(logId: LogId): Readonly<Record<string, string>> {
  return { [METADATA]: logId };
}
