import {
  type Clock,
  type Coherence,
  type DiscoveryProvider,
  type Epoch,
  type Gap,
  type InvalidationEvent,
  type Logger,
  nodeNameOf,
  type Origin,
  sameOrigin,
  type TransportHost,
} from '@hearsay/spi';

/** How long the waiting methods wait unless told otherwise: generous, for it is only spent on failure. */
const DEADLINE_MS = 15_000;

export interface RecordingHostOptions {
  /** Default: a clock of the machine. */
  readonly clock?: Clock;
  readonly discovery?: readonly DiscoveryProvider[];
  readonly logger?: Logger;
}

/** A transport's host that keeps what it is told and lets a test wait for it without polling. */
export class RecordingHost implements TransportHost {
  readonly self: Origin;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly discovery: readonly DiscoveryProvider[];
  /** Everything delivered, in order, duplicates included. */
  readonly events: InvalidationEvent[] = [];
  /** The size of each delivery. */
  readonly deliveries: number[] = [];
  readonly coherences: Coherence[] = [];
  readonly gaps: Gap[] = [];
  readonly #watchers = new Set<() => void>();
  #gapsHeld: PromiseWithResolvers<void> | undefined;

  constructor(self: Origin | string, options: RecordingHostOptions = {}) {
    this.self = typeof self === 'string' ? originOf(self) : self;
    this.clock = options.clock ?? MACHINE_CLOCK;
    this.logger = options.logger ?? SILENT;
    this.discovery = options.discovery ?? [];
  }

  deliver(events: readonly InvalidationEvent[]): void {
    this.deliveries.push(events.length);
    for (const event of events) this.events.push(event);
    this.#changed();
  }

  coherenceChanged(coherence: Coherence): void {
    this.coherences.push(coherence);
    this.#changed();
  }

  closeGap(gap: Gap): Promise<void> {
    this.gaps.push(gap);
    this.#changed();
    return this.#gapsHeld?.promise ?? Promise.resolve();
  }

  /** From now on gaps stay open until {@link releaseGaps}. */
  holdGaps(): void {
    this.#gapsHeld ??= Promise.withResolvers();
  }

  /** Closes the gaps that are held open, and later ones at once. */
  releaseGaps(): void {
    this.#gapsHeld?.resolve();
    this.#gapsHeld = undefined;
  }

  /** @returns the events of one origin without duplicates, by sequence */
  eventsOf(origin: Origin): readonly InvalidationEvent[] {
    const bySequence = new Map<number, InvalidationEvent>();
    for (const event of this.events)
      if (sameOrigin(event.origin, origin)) bySequence.set(event.sequence, event);
    return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
  }

  has(origin: Origin, sequence: number): boolean {
    return this.events.some(
      (event) => event.sequence === sequence && sameOrigin(event.origin, origin),
    );
  }

  /** Resolves once `count` different events of `origin` are here. @throws {Error} not in time */
  async untilEvents(origin: Origin, count: number, deadlineMs = DEADLINE_MS): Promise<void> {
    const seen = new Set<number>();
    let read = 0;
    await this.until(
      () => {
        for (; read < this.events.length; read++) {
          const event = this.events[read];
          if (event && sameOrigin(event.origin, origin)) seen.add(event.sequence);
        }
        return seen.size >= count;
      },
      () => `${count} events of ${origin.node} at ${this.self.node}; there are ${seen.size}`,
      deadlineMs,
    );
  }

  /**
   * Resolves once `holds`, which is asked now and after everything that the transport calls.
   *
   * @param what completes "waited for …"
   * @throws {Error} it does not hold within `deadlineMs`
   */
  until(
    holds: () => boolean,
    what: string | (() => string),
    deadlineMs = DEADLINE_MS,
  ): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const check = () => {
        if (holds()) end(resolve);
      };
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        settle();
      };
      const timer = setTimeout(() => {
        const missing = typeof what === 'string' ? what : what();
        end(() => reject(new Error(`waited ${deadlineMs} ms for ${missing}`)));
      }, deadlineMs);
      this.#watchers.add(check);
    });
  }

  #changed(): void {
    for (const check of [...this.#watchers]) check();
  }
}

/** @returns an origin with a random epoch, as every start of a process has */
export function originOf(node: string): Origin {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  const epoch = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { node: nodeNameOf(node), epoch: epoch as Epoch };
}

const MACHINE_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
