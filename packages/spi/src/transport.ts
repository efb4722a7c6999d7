import type { Clock, Logger } from './clock.js';
import type { Coherence } from './coherence.js';
import type { DiscoveryProvider } from './discovery.js';
import type { TransportInspection } from './inspection.js';
import type { Announcement, InvalidationEvent } from './invalidation.js';
import type { TransportMembership } from './membership.js';
import type { Origin, Sequence } from './words.js';

/** What `publish` answers: the transport holds the events now. It does not say that peers do. */
export interface Receipt {
  /** The sequences given, in the order of the announcements. `first > last` when none was given. */
  readonly first: Sequence;
  readonly last: Sequence;
  /** How many members it is on its way to; `undefined` where the medium cannot know. */
  readonly members: number | undefined;
}

/** Events that are lost to the transport for good. Only reads of the log and resets close a gap (rule F8). */
export interface Gap {
  /** For people: which origin and sequences, or which stream positions. */
  readonly reason: string;
}

/** What a transport calls. No method throws, and none waits but `closeGap`. */
export interface TransportHost {
  readonly self: Origin;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Stacked ways to find peers, for transports that need to; others leave them alone. */
  readonly discovery: readonly DiscoveryProvider[];
  /**
   * Events of other origins: each at least once, in any order, at most `LIMITS.batchEventsMax` at a
   * time, every name checked. Never this origin's own; a former epoch of this node is another origin.
   */
  deliver(events: readonly InvalidationEvent[]): void;
  coherenceChanged(coherence: Coherence): void;
  /**
   * Resolves once no cache here can hold anything that the lost events named; never rejects.
   * To be called when this node hears again, not before: what falls in between would be missed.
   */
  closeGap(gap: Gap): Promise<void>;
}

/**
 * Carries invalidations between the nodes of one service. Operators choose the implementation.
 *
 * Promise: what is accepted is delivered at least once to every node that stays connected, or a gap
 * is declared to its host. An event that nobody but its sender holds dies with the sender; if it was
 * logged, the log has it. Never promised: order, exactly-once, latency, or knowing who received.
 */
export interface CacheInvalidationTransport {
  readonly name: string;
  /**
   * Resolves once this node can be reached; never waits for peers. Where a broker is out of reach,
   * resolves as `isolated` and goes on trying; being heard for the first time later is a gap.
   * Rejects only for what trying again cannot mend (a taken port, a wrong option). Called once.
   */
  start(host: TransportHost): Promise<void>;
  /**
   * Announces that the events happened. Resolves once this transport has accepted them,
   * NOT once peers have them. Peers may see them late, twice or out of order.
   *
   * @param announcements 0 … `LIMITS.batchEventsMax`; an empty batch is accepted and sends nothing
   * @throws {TransportStoppedError} before start or after stop; nothing is sent
   * @throws {BatchTooLargeError} nothing is sent
   */
  publish(announcements: readonly Announcement[]): Promise<Receipt>;
  coherence(): Coherence;
  inspect(): TransportInspection;
  /** Says goodbye where the medium can, frees everything. Later calls of `stop` resolve too. */
  stop(): Promise<void>;
  /** Present where one member can be asked something. */
  readonly asking?: MemberAsking;
  /** Present where the transport knows its members. */
  readonly membership?: TransportMembership;
}

/** The optional port for asking one member something (poll sharing, revocation, inspection). */
export interface MemberAsking {
  /**
   * Asks once; nothing is asked again and nothing is passed on.
   *
   * @param topic 1 … 64 printable ASCII characters without spaces
   * @param question at most `LIMITS.questionBytesMax`
   * @param options `timeoutMs` 1 … 2³¹−1
   * @returns at most `LIMITS.answerBytesMax`
   * @throws {MemberUnreachableError} unknown, gone, silent for `timeoutMs`, or without an answer to this topic
   * @throws {NameInvalidError} the topic @throws {QuestionTooLargeError} nothing is sent
   * @throws {QuestionsTooManyError} too many are under way; nothing is sent
   * @throws {TransportStoppedError} before start, and when the transport stops meanwhile
   * @throws the reason of the signal
   */
  ask(
    member: Origin,
    topic: string,
    question: Uint8Array,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Uint8Array>;
  /**
   * May be called before the start. A handler that throws, or answers with more than
   * `LIMITS.answerBytesMax`, leaves the asker without an answer; it should settle within its asker's time.
   *
   * @returns a function that withdraws the handler
   * @throws {NameInvalidError} the topic @throws {ConfigInvalidError} the topic has a handler
   */
  answer(
    topic: string,
    handler: (from: Origin, question: Uint8Array) => Promise<Uint8Array>,
  ): () => void;
}
