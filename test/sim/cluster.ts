import { type Epoch, nodeNameOf, type Origin, originId, type Scope, scopeOf } from '@hearsay/spi';
import { SeededRandom, SimulatedClock, SimulatedNetwork } from '@hearsay/testkit';
import { SimulatedDatabase } from './database.ts';
import { FAULTS, type Fault, NETWORK_FAULTS, scheduleOf } from './faults.ts';
import type { Mutation } from './mutations.ts';
import { SimulatedNode } from './node.ts';
import { Oracle } from './oracle.ts';

const EVENTUAL = scopeOf('eventual');
const SCOPES: ReadonlyMap<Scope, number> = new Map([
  [EVENTUAL, Infinity],
  [scopeOf('bounded'), 1_500],
]);
const KEYS = Array.from({ length: 100 }, (_, i) => `k${i}`);

const FAULTS_MS = 15_000;
const SETTLE_LOADED_MS = 5_000;
const SETTLE_IDLE_MS = 5_000;
const STEP_MS = 20;
const DIAL_EVERY_MS = 400;
const HANDSHAKE_MS = 40;
const RESTART_MS = 800;
const DELAY_MS = { delayMsMin: 0.2, delayMsMax: 4 };

export interface RunOptions {
  readonly nodes: number;
  readonly seed: number;
  readonly faults: number;
  /** `false`: a cluster without a version log; everything rests on gossip and repair. */
  readonly logged: boolean;
  readonly mutation?: Mutation | undefined;
}

export interface RunResult {
  readonly oracle: Oracle;
  readonly faults: readonly Fault[];
  /** Of commits after the last fault: until every node had applied them. */
  readonly convergenceMs: readonly number[];
  readonly bytesPerNodePerSecond: number;
  readonly trace: readonly string[];
}

/** One seeded run: load and faults, then load alone, then rest; the oracle judges throughout. */
export class SimulatedCluster {
  readonly #options: RunOptions;
  readonly #clock = new SimulatedClock();
  readonly #random: SeededRandom;
  readonly #network: SimulatedNetwork;
  readonly #database: SimulatedDatabase;
  readonly #oracle: Oracle;
  readonly #slots: { node: SimulatedNode; downUntilMs: number }[] = [];
  readonly #faults: readonly Fault[];
  readonly #scopes: ReadonlyMap<Scope, number>;
  readonly #waiting: { scope: Scope; version: number; atMs: number; left: Set<string> }[] = [];
  readonly #convergenceMs: number[] = [];
  readonly #trace: string[] = [];

  constructor(options: RunOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#network = new SimulatedNetwork(this.#clock, options.seed, DELAY_MS);
    this.#database = new SimulatedDatabase(this.#random);
    this.#oracle = new Oracle(this.#database);
    const kinds = options.logged ? FAULTS : NETWORK_FAULTS;
    this.#faults = scheduleOf(this.#random, kinds, options.faults, FAULTS_MS);
    this.#scopes = options.logged ? SCOPES : new Map([[EVENTUAL, Infinity]]);
    for (let i = 0; i < options.nodes; i++)
      this.#slots.push({ node: this.#start(i), downUntilMs: 0 });
  }

  run(): RunResult {
    for (const fault of this.#faults) this.#clock.scheduleAt(fault.atMs, () => this.#begin(fault));
    this.#dial();
    this.#steps(FAULTS_MS, true);
    this.#endAllFaults();
    this.#steps(SETTLE_LOADED_MS, true);
    this.#steps(SETTLE_IDLE_MS, false);
    this.#judgeRest();
    const seconds = this.#clock.monotonicMs() / 1_000;
    const bytes = this.#nodes().reduce((sum, node) => sum + node.bytesSent, 0);
    return {
      oracle: this.#oracle,
      faults: this.#faults,
      convergenceMs: this.#convergenceMs,
      bytesPerNodePerSecond: bytes / this.#options.nodes / seconds,
      trace: this.#trace,
    };
  }

  #nodes(): SimulatedNode[] {
    return this.#slots.map(({ node }) => node);
  }

  #nodeAt(share: number): SimulatedNode {
    return this.#nodes()[Math.floor(share * this.#slots.length)] as SimulatedNode;
  }

  #start(index: number): SimulatedNode {
    const hex = () => Math.floor(this.#random.next() * 16).toString(16);
    const epoch = Array.from({ length: 16 }, hex).join('') as Epoch;
    const origin: Origin = { node: nodeNameOf(`n${index}`), epoch };
    const endpoint = this.#network.attach(epoch, (from, bytes) => {
      const sender = this.#nodes().find((one) => one.origin.epoch === from);
      if (sender && node.links.has(originId(sender.origin))) node.receive(sender.origin, bytes);
    });
    const node: SimulatedNode = new SimulatedNode(origin, {
      clock: this.#clock,
      random: this.#random,
      database: this.#database,
      mutation: this.#options.mutation,
      scopes: this.#scopes,
      logged: this.#options.logged,
      endpoint,
      closeLink: (peer) => this.#unlink(origin, peer),
      onApplied: (scope, version) => this.#applied(origin, scope, version),
      onServed: (scope, key, value, invokedMs) =>
        this.#oracle.served(origin.node, scope, key, value, {
          invokedMs,
          boundedMs: this.#scopes.get(scope) ?? Infinity,
        }),
    });
    return node;
  }

  #steps(forMs: number, loaded: boolean): void {
    const endMs = this.#clock.monotonicMs() + forMs;
    while (this.#clock.monotonicMs() < endMs) {
      if (loaded) this.#load();
      this.#clock.advance(STEP_MS);
    }
  }

  #load(): void {
    const scopes = [...this.#scopes.keys()];
    const pick = <T>(list: readonly T[]) =>
      list[Math.floor(this.#random.next() * list.length)] as T;
    for (const node of this.#nodes()) node.read(pick(scopes), pick(KEYS));
    if (!this.#random.chance(0.6)) return;
    const writer = this.#nodeAt(this.#random.next());
    const scope = pick(scopes);
    const before = this.#database.headOf(scope);
    writer.write(scope, pick(KEYS), false);
    if (this.#clock.monotonicMs() > FAULTS_MS + 1_000) this.#await(writer, scope, before);
  }

  /** Times how long the newest commit takes to be applied everywhere. */
  #await(writer: SimulatedNode, scope: Scope, before: number): void {
    const version = this.#database.headOf(scope);
    if (version === before) return;
    const others = this.#nodes().filter((node) => node !== writer);
    const left = new Set(others.map(({ origin }) => originId(origin)));
    this.#waiting.push({ scope, version, atMs: this.#clock.monotonicMs(), left });
  }

  #applied(origin: Origin, scope: Scope, version: number): void {
    for (const commit of this.#waiting) {
      if (commit.scope !== scope || commit.version > version) continue;
      if (!commit.left.delete(originId(origin)) || commit.left.size > 0) continue;
      this.#convergenceMs.push(this.#clock.monotonicMs() - commit.atMs);
    }
  }

  /** Everyone dials everyone again and again, as discovery does; a handshake needs both directions. */
  #dial(): void {
    const nodes = this.#nodes().filter((node) => node.alive);
    for (const [i, a] of nodes.entries())
      for (const b of nodes.slice(i + 1)) {
        if (a.links.has(originId(b.origin)) && b.links.has(originId(a.origin))) continue;
        if (this.#hears(a, b) && this.#hears(b, a))
          this.#clock.schedule(HANDSHAKE_MS, () => this.#link(a, b));
      }
    this.#clock.schedule(DIAL_EVERY_MS, () => this.#dial());
  }

  #link(a: SimulatedNode, b: SimulatedNode): void {
    if (!a.alive || !b.alive || !this.#hears(a, b) || !this.#hears(b, a)) return;
    a.links.add(originId(b.origin));
    b.links.add(originId(a.origin));
    a.handle({ kind: 'link-up', peer: b.origin, addresses: [] });
    b.handle({ kind: 'link-up', peer: a.origin, addresses: [] });
  }

  /** The connection ends here at once, and there when the news can get through. */
  #unlink(here: Origin, there: Origin): void {
    const near = this.#nodes().find(({ origin }) => originId(origin) === originId(here));
    const far = this.#nodes().find(({ origin }) => originId(origin) === originId(there));
    near?.links.delete(originId(there));
    near?.handle({ kind: 'link-down', peer: there, evidence: 'silent' });
    if (!near || !far || !this.#hears(near, far)) return;
    far.links.delete(originId(here));
    far.handle({ kind: 'link-down', peer: here, evidence: 'closed' });
  }

  readonly #cuts = new Map<string, number>();

  #hears(from: SimulatedNode, to: SimulatedNode): boolean {
    return (this.#cuts.get(`${from.origin.node}>${to.origin.node}`) ?? 0) === 0;
  }

  /** Cuts nest: a direction is open again when every fault that closed it has ended. */
  #cutOneWay(from: number, to: number, forMs: number): void {
    const id = `n${from}>n${to}`;
    this.#cuts.set(id, (this.#cuts.get(id) ?? 0) + 1);
    this.#syncCuts();
    this.#clock.schedule(forMs, () => {
      this.#cuts.set(id, Math.max(0, (this.#cuts.get(id) ?? 0) - 1));
      this.#syncCuts();
    });
  }

  #syncCuts(): void {
    this.#network.healAll();
    for (const a of this.#nodes())
      for (const b of this.#nodes())
        if (!this.#hears(a, b)) this.#network.cutOneWay(a.origin.epoch, b.origin.epoch);
  }

  #cutBetween(group: readonly number[], others: readonly number[], forMs: number): void {
    for (const a of group)
      for (const b of others) {
        this.#cutOneWay(a, b, forMs);
        this.#cutOneWay(b, a, forMs);
      }
  }

  #kill(index: number): void {
    const slot = this.#slots[index];
    if (!slot) return;
    slot.node.kill();
    slot.downUntilMs = this.#clock.monotonicMs() + RESTART_MS;
    const gone = slot.node.origin;
    for (const node of this.#nodes())
      if (node.links.delete(originId(gone)))
        node.handle({ kind: 'link-down', peer: gone, evidence: 'closed' });
    this.#clock.schedule(RESTART_MS, () => {
      slot.node = this.#start(index);
      this.#syncCuts();
    });
  }

  #begin(fault: Fault): void {
    const { kind, a, b, forMs } = fault;
    const count = this.#slots.length;
    const indexes = this.#slots.map((_, i) => i);
    const [i, j] = [Math.floor(a * count), Math.floor(b * count)];
    const scope = [...this.#scopes.keys()][Math.floor(b * this.#scopes.size)] as Scope;
    this.#trace.push(
      `${this.#clock.monotonicMs().toFixed(0)} ms ${kind} ${i} ${j} for ${forMs.toFixed(0)} ms`,
    );
    switch (kind) {
      case 'loss':
        this.#network.setFaults({ ...DELAY_MS, lossRate: a / 2, duplicateRate: b / 4 });
        this.#clock.schedule(forMs, () => this.#network.setFaults(DELAY_MS));
        break;
      case 'cut-pair':
        if (i !== j) this.#cutBetween([i], [j], forMs);
        break;
      case 'cut-one-way':
        if (i !== j) this.#cutOneWay(i, j, forMs);
        break;
      case 'isolate':
        this.#cutBetween(
          [i],
          indexes.filter((k) => k !== i),
          forMs,
        );
        break;
      case 'split':
        this.#cutBetween(indexes.slice(0, i), indexes.slice(i), forMs);
        break;
      case 'crash':
        if (this.#slots[i]?.node.alive) this.#kill(i);
        break;
      case 'crash-after-commit':
        if (!this.#slots[i]?.node.alive) break;
        this.#slots[i]?.node.write(scope, KEYS[0] as string, true);
        this.#kill(i);
        break;
      case 'database-down':
        this.#database.reachable = false;
        this.#clock.schedule(forMs, () => {
          this.#database.reachable = true;
        });
        break;
      case 'failover':
        this.#database.loseLast(scope, 1 + Math.floor(a * 4), this.#clock.monotonicMs());
        break;
      case 'prune':
        this.#database.prune(scope, Math.floor(a * 20));
        break;
      case 'clock-jump':
        this.#clock.jumpWall((a - 0.5) * 20_000);
        break;
    }
  }

  #endAllFaults(): void {
    this.#network.setFaults(DELAY_MS);
    this.#cuts.clear();
    this.#syncCuts();
    this.#database.reachable = true;
  }

  #judgeRest(): void {
    for (const node of this.#nodes()) {
      const name = node.origin.node;
      const behind: string[] = [];
      for (const [scope, cache] of node.caches) {
        const status = node.freshness.status(scope, this.#clock.monotonicMs());
        const head = this.#database.headOf(scope);
        if (this.#options.logged && status?.appliedThrough !== head)
          behind.push(`${scope} is applied through ${status?.appliedThrough} of ${head}`);
        for (const key of KEYS) this.#oracle.atRest(name, scope, key, cache.get(key));
      }
      this.#oracle.recovered(name, node.machine.coherence, behind);
    }
  }
}
