import assert from 'node:assert/strict';
import {
  type Announcement,
  type CacheInvalidationTransport,
  type InvalidationEvent,
  invalidationOf,
  type Receipt,
} from '@hearsay/spi';
import { RecordingHost } from '../recording-host.js';

/** What a maker hands to the suite: transports that can find each other, none started. */
export interface TransportsUnderTest {
  readonly transports: readonly CacheInvalidationTransport[];
  /** Where the transports need more of a host than the suite's own: discovery, a logger. */
  readonly hosts?: readonly RecordingHost[];
  /** Parts one node from all others without closing anything; the process lives on. */
  disconnect?(index: number): void | Promise<void>;
  /** Undoes {@link disconnect}. */
  reconnect?(index: number): void | Promise<void>;
  /** Called after every transport was stopped, also when the case failed. */
  close(): void | Promise<void>;
}

export type MakeTransports = (count: number) => TransportsUnderTest | Promise<TransportsUnderTest>;

/** A case before it is bound to a maker. */
export interface RigCase {
  readonly name: string;
  /** How many transports it wants. */
  readonly count: number;
  run(rig: TransportRig): Promise<void>;
}

/** Makes transports for one case and frees them whatever happens. */
export async function withRig(
  make: MakeTransports,
  count: number,
  deadlineMs: number,
  run: (rig: TransportRig) => Promise<void>,
): Promise<void> {
  const made = await make(count);
  const rig = new TransportRig(made, deadlineMs);
  try {
    await run(rig);
  } finally {
    for (const host of rig.hosts) host.releaseGaps();
    await Promise.all(made.transports.map((transport) => transport.stop()));
    await made.close();
  }
}

/** The transports of one case with their hosts, by index. */
export class TransportRig {
  readonly transports: readonly CacheInvalidationTransport[];
  readonly hosts: readonly RecordingHost[];
  readonly deadlineMs: number;
  readonly #made: TransportsUnderTest;

  constructor(made: TransportsUnderTest, deadlineMs: number) {
    this.#made = made;
    this.transports = made.transports;
    this.hosts = made.hosts ?? made.transports.map((_, i) => new RecordingHost(`node-${i}`));
    this.deadlineMs = deadlineMs;
  }

  transport(index: number): CacheInvalidationTransport {
    return at(this.transports, index);
  }

  host(index: number): RecordingHost {
    return at(this.hosts, index);
  }

  start(index: number): Promise<void> {
    return this.transport(index).start(this.host(index));
  }

  publish(index: number, ...announcements: readonly Announcement[]): Promise<Receipt> {
    return this.transport(index).publish(announcements);
  }

  /** Starts the given nodes (default: all) and waits until each has heard from every other. */
  async meet(indexes: readonly number[] = this.transports.map((_, i) => i)): Promise<void> {
    await Promise.all(indexes.map((i) => this.start(i)));
    await Promise.all(indexes.map((i) => this.untilCoherent(i)));
    await this.settle(indexes);
  }

  /** One more event from each node to each: what was sent before has had its time to arrive. */
  async settle(indexes: readonly number[]): Promise<void> {
    const receipts = await Promise.all(indexes.map((i) => this.publish(i, hint('settled'))));
    await Promise.all(
      indexes.map((from, i) => this.untilHeard(from, at(receipts, i).last, indexes)),
    );
  }

  /** Waits until the event of `from` with this sequence is at each of `indexes` but its sender. */
  async untilHeard(from: number, sequence: number, indexes: readonly number[]): Promise<void> {
    const { self } = this.host(from);
    const others = indexes.filter((i) => i !== from);
    await Promise.all(
      others.map((i) =>
        this.host(i).until(
          () => this.host(i).has(self, sequence),
          `event ${sequence} of ${self.node} at ${this.host(i).self.node}`,
          this.deadlineMs,
        ),
      ),
    );
  }

  /** Waits until all of 1 … `last` of `from` is at every other node of the rig. */
  async untilAllHeard(from: number, last: number): Promise<void> {
    const { self } = this.host(from);
    const others = this.hosts.filter((_, i) => i !== from);
    await Promise.all(others.map((host) => host.untilEvents(self, last, this.deadlineMs)));
  }

  untilCoherent(index: number): Promise<void> {
    return this.untilCoherence(index, ['coherent']);
  }

  async untilCoherence(index: number, wanted: readonly string[]): Promise<void> {
    const transport = this.transport(index);
    await this.host(index).until(
      () => wanted.includes(transport.coherence()),
      () => `node ${index} to be ${wanted.join(' or ')}; it is ${transport.coherence()}`,
      this.deadlineMs,
    );
  }

  async disconnect(index: number): Promise<void> {
    assert(this.#made.disconnect, 'the maker offers no disconnect; pass disconnects: false');
    await this.#made.disconnect(index);
  }

  async reconnect(index: number): Promise<void> {
    assert(this.#made.reconnect, 'the maker offers no reconnect; pass disconnects: false');
    await this.#made.reconnect(index);
  }
}

export function hint(key: string): Announcement {
  return invalidationOf('suite', { key });
}

export function hints(count: number, prefix = 'key'): Announcement[] {
  return Array.from({ length: count }, (_, i) => hint(`${prefix}/${i}`));
}

/** What was announced, without origin and sequence. */
export function announcedBy(event: InvalidationEvent): Announcement {
  const { origin: _, sequence: __, ...announcement } = event;
  return announcement;
}

export function at<Item>(list: readonly Item[], index: number): Item {
  const item = list[index];
  assert(item !== undefined, `there is nothing at ${index}`);
  return item;
}
