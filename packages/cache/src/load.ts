import type { Ticket } from './fence.js';
import type { BatchLoadContext } from './load-context.js';
import type { Indexed, Segment } from './target-index.js';

export const NO_TAGS: readonly string[] = Object.freeze([]);

/** One key being loaded: its ticket and those who wait for it. */
export class Load<V> implements Indexed {
  readonly key: string;
  readonly ticket: Ticket;
  /** The tags known before the value; a function of the value may give others. */
  readonly tags: readonly string[];
  readonly promise: Promise<V | undefined>;
  leaf: Segment | undefined = undefined;
  settled = false;
  readonly #resolve: (value: V | undefined) => void;
  readonly #reject: (error: unknown) => void;
  #waiters = 0;

  constructor(key: string, ticket: Ticket, tags: readonly string[]) {
    this.key = key;
    this.ticket = ticket;
    this.tags = tags;
    const { promise, resolve, reject } = Promise.withResolvers<V | undefined>();
    // A refresh has no reader, and an aborted reader no longer looks: neither is unhandled.
    promise.catch(() => {});
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  join(): void {
    this.#waiters += 1;
  }

  /** @returns whether nobody waits any more */
  leave(): boolean {
    this.#waiters -= 1;
    return this.#waiters === 0;
  }

  settle(value: V | undefined): void {
    this.settled = true;
    this.#resolve(value);
  }

  fail(error: unknown): void {
    this.settled = true;
    this.#reject(error);
  }
}

/** What a reader hands over to load what is missing; single keys are batches of one. */
export interface Source<V> {
  readonly load: (
    keys: readonly string[],
    context: BatchLoadContext,
  ) => Promise<ReadonlyMap<string, V | undefined>>;
  /** Checked tags, or how to get them from a value. */
  readonly tags: readonly string[] | ((value: V, key: string) => readonly string[]);
}
