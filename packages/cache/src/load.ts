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
  /** The cache itself waits for it: it is not given up when its readers leave. */
  readonly background: boolean;
  readonly promise: Promise<V | undefined>;
  /** What waits until this load's loader has ended, however that was. */
  readonly followers: (() => void)[] = [];
  leaf: Segment | undefined = undefined;
  settled = false;
  readonly #resolve: (value: V | undefined) => void;
  readonly #reject: (error: unknown) => void;
  #readers = 0;

  constructor(key: string, ticket: Ticket, tags: readonly string[], background: boolean) {
    this.key = key;
    this.ticket = ticket;
    this.tags = tags;
    this.background = background;
    const { promise, resolve, reject } = Promise.withResolvers<V | undefined>();
    // A refresh has no reader, and an aborted reader no longer looks: neither is unhandled.
    promise.catch(() => {});
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Whether a reader gets what it settles with. */
  get isRead(): boolean {
    return this.#readers > 0;
  }

  join(): void {
    this.#readers += 1;
  }

  /** @returns whether nobody waits any more */
  leave(): boolean {
    this.#readers -= 1;
    return this.#readers === 0 && !this.background;
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
