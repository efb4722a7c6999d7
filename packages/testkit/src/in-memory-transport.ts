import {
  type Announcement,
  BatchTooLargeError,
  type CacheInvalidationTransport,
  type Coherence,
  LIMITS,
  type MemberAsking,
  type Receipt,
  type TransportHost,
  type TransportInspection,
  TransportStoppedError,
} from '@hearsay/spi';
import { InMemoryAsking } from './in-memory-asking.js';
import type { InMemoryHub } from './in-memory-hub.js';
import { InMemoryMember } from './in-memory-member.js';

/**
 * Carries invalidations between nodes that live in one process, through a hub. Events arrive in a
 * later microtask, never inside `publish`.
 */
export class InMemoryTransport implements CacheInvalidationTransport {
  readonly name = 'in-memory';
  readonly asking: MemberAsking;
  readonly #hub: InMemoryHub;
  readonly #asking = new InMemoryAsking(() => this.#running());
  #member: InMemoryMember | undefined;
  #stopping: Promise<void> | undefined;

  constructor(hub: InMemoryHub) {
    this.#hub = hub;
    this.asking = this.#asking;
  }

  async start(host: TransportHost): Promise<void> {
    if (this.#member !== undefined || this.#stopping !== undefined)
      throw new TransportStoppedError('the transport was started before; make a new one');
    this.#member = new InMemoryMember(this.#hub, host, this.#asking.handlers);
    this.#hub.join(this.#member);
  }

  async publish(announcements: readonly Announcement[]): Promise<Receipt> {
    const member = this.#running();
    if (announcements.length > LIMITS.batchEventsMax)
      throw new BatchTooLargeError(
        `${announcements.length} invalidations at once; publish at most ${LIMITS.batchEventsMax}`,
      );
    return member.publish(announcements);
  }

  /** `alone` before start; after stop what it was then. */
  coherence(): Coherence {
    return this.#member?.coherence ?? 'alone';
  }

  inspect(): TransportInspection {
    return (
      this.#member?.inspect(this.name) ?? {
        transport: this.name,
        coherence: 'alone',
        addresses: [],
        peers: [],
        counters: {},
      }
    );
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#asking.stop();
    // What was published in this turn is on its way in microtasks queued before this one.
    await Promise.resolve();
    this.#member?.leave();
  }

  #running(): InMemoryMember {
    if (this.#member === undefined || this.#stopping !== undefined)
      throw new TransportStoppedError('the transport is not running; call start first');
    return this.#member;
  }
}
