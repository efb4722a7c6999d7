import { Cache } from '@hearsay/cache';
import {
  type FreshnessEffect,
  type FreshnessInput,
  FreshnessMachine,
  type NodeEffect,
  type NodeInput,
  NodeMachine,
} from '@hearsay/protocol';
import type { Origin, Scope } from '@hearsay/spi';
import type { SeededRandom, SimulatedClock, SimulatedEndpoint } from '@hearsay/testkit';
import { decodeMessage, encodeMessage } from '@hearsay/wire';
import type { SimulatedDatabase } from './database.ts';
import type { Mutation } from './mutations.ts';

const TICK_MS = 50;
const POLL_MS_MAX = 20;
const LOAD_MS_MAX = 30;
const TTL_MS = 3_600_000;

export interface NodeParts {
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  readonly database: SimulatedDatabase;
  /** Without a version log every event is a hint. */
  readonly logged: boolean;
  readonly mutation: Mutation | undefined;
  /** Scope → bound in milliseconds; `Infinity` is eventual. */
  readonly scopes: ReadonlyMap<Scope, number>;
  readonly endpoint: SimulatedEndpoint;
  readonly closeLink: (peer: Origin) => void;
  readonly onApplied: (scope: Scope, version: number) => void;
  readonly onServed: (scope: Scope, key: string, value: number, invokedMs: number) => void;
}

/** One process: the production machines and caches, driven by simulated time, network and database. */
export class SimulatedNode {
  readonly origin: Origin;
  readonly machine: NodeMachine;
  readonly freshness: FreshnessMachine;
  readonly caches = new Map<Scope, Cache<number>>();
  readonly links = new Set<string>();
  bytesSent = 0;
  #alive = true;
  readonly #parts: NodeParts;

  constructor(origin: Origin, parts: NodeParts) {
    this.origin = origin;
    this.#parts = parts;
    const nowMs = parts.clock.monotonicMs();
    const repair = parts.mutation !== 'no-repair';
    this.machine = new NodeMachine(
      { origin, addresses: [], metadata: {} },
      { mesh: { repair } },
      nowMs,
    );
    this.freshness = new FreshnessMachine({ logged: parts.logged });
    for (const [scope, boundedMs] of parts.scopes) this.#open(scope, boundedMs);
    this.#tick();
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** SIGKILL. */
  kill(): void {
    this.#alive = false;
    this.#parts.endpoint.detach();
  }

  handle(input: NodeInput): void {
    if (!this.#alive) return;
    const effects = this.machine.handle(input, this.#parts.clock.monotonicMs());
    for (const effect of effects) this.#perform(effect);
  }

  receive(from: Origin, bytes: Uint8Array): void {
    this.handle({ kind: 'message', from, message: decodeMessage(bytes) });
  }

  /** @param thenCrash between the commit and its gossip */
  write(scope: Scope, key: string, thenCrash: boolean): void {
    const { database, clock, logged } = this.#parts;
    if (!this.#alive || !database.reachable) return;
    const committed = database.commit(scope, key, this.origin, clock.monotonicMs());
    const announcements = logged ? committed : committed.map(({ place: _, ...hint }) => hint);
    if (thenCrash) {
      this.kill();
      return;
    }
    this.#fresh({ kind: 'committed', announcements });
    this.handle({ kind: 'publish', announcements });
  }

  read(scope: Scope, key: string): void {
    const { clock, database, random, onServed, mutation } = this.#parts;
    const invokedMs = clock.monotonicMs();
    const cache = this.caches.get(scope);
    if (!this.#alive || !cache) return;
    const value = cache.get(key);
    if (value !== undefined) {
      onServed(scope, key, value, invokedMs);
      return;
    }
    let ticket = cache.ticket();
    clock.schedule(random.between(0, LOAD_MS_MAX), () => {
      if (!database.reachable) return;
      const loaded = database.read(scope, key);
      clock.schedule(random.between(0, LOAD_MS_MAX), () => {
        if (mutation === 'no-fence') ticket = cache.ticket();
        if (this.#alive) cache.set(key, loaded, { ticket });
        if (this.#alive) onServed(scope, key, loaded, invokedMs);
      });
    });
  }

  #open(scope: Scope, boundedMs: number): void {
    const freshness = {
      freshAsOfMs: () => this.freshness.freshAsOfMs(scope),
      prove: async () => false,
      hasReached: () => false,
      reach: async () => false,
    };
    const consistency = boundedMs === Infinity ? 'eventual' : ({ boundedMs } as const);
    const { clock } = this.#parts;
    this.caches.set(scope, new Cache({ scope, clock, ttlMs: TTL_MS, consistency, freshness }));
    this.#fresh({ kind: 'use-scope', scope });
  }

  #tick(): void {
    if (!this.#alive) return;
    const { clock, random } = this.#parts;
    this.handle({ kind: 'tick', random: random.next(), eventLoopDelayMs: 0 });
    this.#fresh({ kind: 'tick', wallMs: clock.wallMs(), random: random.next() });
    clock.schedule(TICK_MS, () => this.#tick());
  }

  #perform(effect: NodeEffect): void {
    if (effect.kind === 'send') this.#send(effect.to, effect.message);
    else if (effect.kind === 'broadcast')
      for (const { peer } of this.machine.links) this.#send(peer, effect.message);
    else if (effect.kind === 'deliver')
      this.#fresh({ kind: 'gossip', announcements: effect.events });
    else if (effect.kind === 'close-link') this.#parts.closeLink(effect.peer);
    else if (effect.kind === 'open-gap') this.#fresh({ kind: 'gap', gapId: effect.gapId });
    else if (effect.kind === 'coherence')
      this.#fresh({ kind: 'coherence', coherence: effect.coherence });
  }

  #send(to: Origin, message: Parameters<typeof encodeMessage>[0]): void {
    const bytes = encodeMessage(message);
    this.bytesSent += bytes.byteLength;
    this.#parts.endpoint.send(to.epoch, bytes);
  }

  #fresh(input: FreshnessInput): void {
    if (!this.#alive) return;
    const effects = this.freshness.handle(input, this.#parts.clock.monotonicMs());
    for (const effect of effects) this.#freshened(effect);
  }

  #freshened(effect: FreshnessEffect): void {
    const { mutation } = this.#parts;
    if (effect.kind === 'poll') this.#poll(effect);
    else if (effect.kind === 'apply') {
      if (mutation === 'no-apply-from-log' && effect.via === 'log') return;
      this.caches.get(effect.scope)?.apply(effect.targets);
    } else if (effect.kind === 'reset') {
      if (mutation !== 'no-reset') this.caches.get(effect.scope)?.reset(effect.reason);
      this.#parts.onApplied(effect.scope, effect.appliedThrough ?? 0);
    } else if (effect.kind === 'advanced')
      this.#parts.onApplied(effect.scope, effect.appliedThrough);
    else if (effect.kind === 'gap-closed') this.handle({ kind: 'gap-closed', gapId: effect.gapId });
  }

  /** The snapshot is taken at some moment between the send and the answer. */
  #poll({ pollId, request }: Extract<FreshnessEffect, { kind: 'poll' }>): void {
    const { clock, database, random, mutation } = this.#parts;
    const isFirst = [...request.positions.values()].includes(undefined);
    const isOff = mutation === 'no-polling' && !isFirst;
    clock.schedule(random.between(0, POLL_MS_MAX), () => {
      const answer = database.reachable && !isOff ? database.log.read(request) : undefined;
      clock.schedule(random.between(0, POLL_MS_MAX), () =>
        this.#fresh(
          answer ? { kind: 'poll-answer', pollId, answer } : { kind: 'poll-failed', pollId },
        ),
      );
    });
  }
}
