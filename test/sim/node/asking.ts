import type { Origin } from '@hearsay/spi';
import { type AskMessage, decodeAsk, encodeAsk } from '@hearsay/wire';
import type { LinkEnd, SimulatedNetwork } from '../world/network.ts';
import type { Process } from './process.ts';

type Answered = (body: Uint8Array | undefined) => void;

/** Answers a question about its topic, now or later; with nothing where there is no answer. */
export type Handler = (question: Uint8Array, answer: Answered) => void;

export interface AskingHost {
  readonly process: Process;
  readonly network: SimulatedNetwork;
  linkTo(peer: Origin): LinkEnd | undefined;
}

interface Question {
  readonly end: LinkEnd;
  readonly answered: Answered;
}

/** Asks linked members and answers them, as `@hearsay/mesh` does beside its frames. */
export class Asking {
  readonly #host: AskingHost;
  readonly #handlers = new Map<string, Handler>();
  readonly #questions = new Map<number, Question>();
  #lastId = 0;

  constructor(host: AskingHost) {
    this.#host = host;
  }

  answer(topic: string, handler: Handler): void {
    this.#handlers.set(topic, handler);
  }

  /** @param answered once; with nothing when there is no answer in time */
  ask(peer: Origin, topic: string, body: Uint8Array, timeoutMs: number, answered: Answered): void {
    const end = this.#host.linkTo(peer);
    const id = ++this.#lastId;
    const settle = (answer: Uint8Array | undefined) => {
      if (this.#questions.delete(id)) answered(answer);
    };
    if (!end) {
      this.#host.process.soon(() => answered(undefined));
      return;
    }
    this.#questions.set(id, { end, answered: settle });
    this.#host.process.after(timeoutMs, () => settle(undefined));
    this.#send(end, { kind: 'question', id, topic, body });
  }

  received(end: LinkEnd, bytes: Uint8Array): void {
    const message = decodeAsk(bytes);
    if (message.kind === 'question') this.#questioned(end, message);
    else if (message.kind === 'answer') this.#questions.get(message.id)?.answered(message.part);
    else if (message.kind === 'no-answer') this.#questions.get(message.id)?.answered(undefined);
  }

  /** What was asked over it has no answer. */
  closed(end: LinkEnd): void {
    for (const question of this.#questions.values())
      if (question.end === end) question.answered(undefined);
  }

  #questioned(end: LinkEnd, { id, topic, body }: Extract<AskMessage, { kind: 'question' }>): void {
    const handler = this.#handlers.get(topic);
    if (!handler) {
      this.#send(end, { kind: 'no-answer', id, reason: 'unknown' });
      return;
    }
    handler(body, (part) =>
      this.#send(
        end,
        part
          ? { kind: 'answer', id, part, more: false }
          : { kind: 'no-answer', id, reason: 'failed' },
      ),
    );
  }

  #send(end: LinkEnd, message: AskMessage): void {
    if (end.open) this.#host.network.send(end, { bytes: encodeAsk(message), asking: true });
  }
}
