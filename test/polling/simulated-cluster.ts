/** Nodes that follow one log and share its polls: the production machines in simulated time. */
import type { CounterReading, FreshnessOptions } from '@hearsay/protocol';
import { type Epoch, nodeNameOf, type Origin, type Scope, sameOrigin, scopeOf } from '@hearsay/spi';
import { SeededRandom, SimulatedClock } from '@hearsay/testkit';
import { type Mutation, SimulatedFollower } from './simulated-follower.ts';
import { SimulatedLog } from './simulated-log.ts';

const NETWORK_MS = [0.2, 4] as const;
/** What arrives at once, and what the mesh has to repair. */
const GOSSIP_MS = [0.2, 15] as const;
const REPAIR_MS = [100, 800] as const;
const READ_EVERY_MS = 100;
/** From a crash until its end is in a node's view. */
const VIEW_MS = [500, 3_000] as const;
const RESTART_MS = 4_000;

export interface ClusterOptions {
  readonly nodes: number;
  readonly seed: number;
  /** Scope → bound of its readers; `Infinity` is eventual. */
  readonly bounds: Readonly<Record<string, number>>;
  readonly commitsPerSecond: number;
  /** Of events that are lost on their way, each for one node, and repaired. */
  readonly lossRate?: number;
  readonly options?: Partial<FreshnessOptions>;
  readonly mutation?: Mutation | undefined;
}

export class PollingCluster {
  readonly clock = new SimulatedClock();
  readonly log: SimulatedLog;
  readonly random: SeededRandom;
  readonly violations: string[] = [];
  reads = 0;
  /** Of these, with a proof older than the bound: they have to wait for a poll. */
  readsThatWait = 0;
  readonly #options: ClusterOptions;
  readonly #scopes: ReadonlyMap<Scope, number>;
  readonly #slots: SimulatedFollower[] = [];

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.random = new SeededRandom(options.seed);
    this.log = new SimulatedLog(this.random);
    this.#scopes = new Map(
      Object.entries(options.bounds).map(([scope, boundMs]) => [scopeOf(scope), boundMs]),
    );
    for (let i = 0; i < options.nodes; i++) this.#slots.push(this.#start(i));
    this.#tellMembers(0);
    this.#commit();
    for (const slot of this.#slots.keys()) this.#read(slot);
  }

  get followers(): readonly SimulatedFollower[] {
    return this.#slots;
  }

  /** The places of those who poll for others. */
  get pollers(): number[] {
    return [...this.#slots.keys()].filter((slot) => (this.#slots[slot]?.told ?? 0) > 0);
  }

  get scopes(): readonly Scope[] {
    return [...this.#scopes.keys()];
  }

  /** @returns how many polls the log saw in each of these seconds, all nodes together */
  pollsPerSecond(seconds: number): number[] {
    const startMs = this.clock.monotonicMs();
    this.clock.advance(seconds * 1_000);
    const counts = Array.from({ length: seconds }, () => 0);
    for (const atMs of this.log.polledMs) {
      const second = Math.floor((atMs - startMs) / 1_000);
      if (second >= 0 && second < seconds) counts[second] = (counts[second] ?? 0) + 1;
    }
    return counts;
  }

  /** SIGKILL: those who are linked to it know at once that it cannot be asked, and in time that it is dead. */
  crash(index: number): void {
    const follower = this.#slots[index];
    if (!follower?.alive) return;
    follower.alive = false;
    this.#tellMembers(this.random.between(...VIEW_MS));
    this.clock.schedule(RESTART_MS, () => {
      this.#slots[index] = this.#start(index);
      this.#tellMembers(0);
    });
  }

  #start(index: number): SimulatedFollower {
    const epoch = Array.from({ length: 16 }, () =>
      Math.floor(this.random.next() * 16).toString(16),
    );
    const origin: Origin = { node: nodeNameOf(`n${index}`), epoch: epoch.join('') as Epoch };
    return new SimulatedFollower(origin, {
      clock: this.clock,
      random: this.random,
      log: this.log,
      scopes: this.#scopes,
      options: this.#options.options ?? {},
      mutation: this.#options.mutation,
      ask: (_, peer, scopes, answer) => this.#ask(peer, scopes, answer),
      onViolation: (text) => this.violations.push(text),
    });
  }

  #ask(
    peer: Origin,
    scopes: readonly Scope[],
    answer: (reading: CounterReading | undefined) => void,
  ): void {
    const later = (run: () => void) => this.clock.schedule(this.random.between(...NETWORK_MS), run);
    later(() => {
      const asked = this.#slots.find((one) => one.alive && sameOrigin(one.origin, peer));
      if (asked) asked.question(scopes, (reading) => later(() => answer(reading)));
      else answer(undefined);
    });
  }

  /** Each node hears of it some time after the first. */
  #tellMembers(afterMs: number): void {
    for (const slot of this.#slots.keys())
      this.clock.schedule(afterMs + this.random.between(0, 200), () => {
        const alive = this.#slots.filter((one) => one.alive).map(({ origin }) => origin);
        this.#slots[slot]?.members(alive);
      });
  }

  #commit(): void {
    const { commitsPerSecond } = this.#options;
    if (commitsPerSecond === 0) return;
    const scope = this.scopes[Math.floor(this.random.next() * this.scopes.length)] as Scope;
    const writer = this.#slots[Math.floor(this.random.next() * this.#slots.length)];
    if (writer?.alive) {
      const events = this.log.commit(scope, writer.origin, this.clock.monotonicMs());
      for (const slot of this.#slots.keys())
        this.clock.schedule(this.#gossipMs(), () => this.#slots[slot]?.gossip(events));
    }
    const meanMs = 1_000 / commitsPerSecond;
    this.clock.schedule(this.random.between(0, 2 * meanMs), () => this.#commit());
  }

  #gossipMs(): number {
    const lost = this.random.chance(this.#options.lossRate ?? 0);
    return lost ? this.random.between(...REPAIR_MS) : this.random.between(...GOSSIP_MS);
  }

  #read(slot: number): void {
    const follower = this.#slots[slot];
    for (const [scope, boundMs] of this.#scopes) {
      if (boundMs === Infinity || !follower?.alive) continue;
      if (follower.frozen) continue;
      this.reads++;
      const freshMs = follower.machine.freshAsOfMs(scope);
      if (freshMs < this.clock.monotonicMs() - boundMs) this.readsThatWait++;
      follower.read(scope);
    }
    this.clock.schedule(this.random.between(0, 2 * READ_EVERY_MS), () => this.#read(slot));
  }
}
