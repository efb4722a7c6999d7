import { ConfigInvalidError, type MemberAsking, topicOf } from '@hearsay/spi';

export type AnswerHandler = Parameters<MemberAsking['answer']>[1];

/** Who answers to which topic; one handler a topic. */
export class AnswerHandlers {
  readonly #handlers = new Map<string, AnswerHandler>();

  get(topic: string): AnswerHandler | undefined {
    return this.#handlers.get(topic);
  }

  /**
   * @returns a function that withdraws it
   * @throws {NameInvalidError} the topic @throws {ConfigInvalidError} the topic has a handler
   */
  add(topic: string, handler: AnswerHandler): () => void {
    topicOf(topic);
    if (this.#handlers.has(topic))
      throw new ConfigInvalidError(`topic ${topic} has a handler: withdraw it first`);
    this.#handlers.set(topic, handler);
    return () => {
      if (this.#handlers.get(topic) === handler) this.#handlers.delete(topic);
    };
  }
}
