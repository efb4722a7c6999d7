import { scopeOf } from '@hearsay/spi';
import { Injector } from './injector.ts';
import { Measures, type Repair } from './measures.ts';
import { JOINS_MAX, Members } from './members.ts';
import type { Mutation } from './mutations.ts';
import type { Receipt } from './node/writer.ts';
import { Oracle } from './oracle/oracle.ts';
import type { Violation } from './oracle/violation.ts';
import type { Plan } from './plan.ts';
import { Agenda } from './world/agenda.ts';
import { SimulatedDatabase } from './world/database.ts';
import { Dialling } from './world/dialling.ts';
import { Dice } from './world/dice.ts';
import { Domain } from './world/domain.ts';
import { SimulatedNetwork } from './world/network.ts';
import type { Phase, World } from './world/world.ts';

const KEYS = 72;
const LOOK_EVERY_MS = 200;
const RECEIPTS_MAX = 32;

export interface RunOptions {
  readonly mutation?: Mutation | undefined;
  /** Ends the run at the first violation. */
  readonly untilViolation?: boolean;
  /** Told of what happens, one line each. */
  readonly trace?: ((line: string) => void) | undefined;
}

export interface RunResult {
  readonly violations: readonly Violation[];
  /** More than there are in the list, where there are many. */
  readonly violationCount: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly convergenceMs: readonly number[];
  readonly repairs: readonly Repair[];
  readonly digestBytesPerNodePerSecond: number;
  /** What was reached: reads, resets, losses and all that the machines count. */
  readonly reached: Readonly<Record<string, number>>;
}

/** Runs a plan. */
export async function run(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  return new Cluster(plan, options).run();
}

class Cluster {
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #world: World;
  readonly #members: Members;
  readonly #injector: Injector;
  readonly #receipts: Receipt[] = [];
  #phase: Phase = 'faults';
  #woken = false;
  #frames = 0;

  constructor(plan: Plan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#world = this.#build();
    this.#members = new Members(this.#world, plan.nodes);
    this.#injector = new Injector(this.#world, this.#members);
  }

  async run(): Promise<RunResult> {
    const { agenda } = this.#world;
    const { faultsMs, loadedMs, restMs, faults } = this.#plan;
    this.#lose();
    for (const fault of faults) agenda.at(fault.atMs, () => this.#injector.begin(fault));
    this.#look();
    await this.#until(faultsMs);
    this.#injector.endAll();
    this.#members.mend();
    this.#enter('loaded');
    await this.#until(faultsMs + loadedMs);
    this.#enter('rest');
    await this.#until(faultsMs + loadedMs + restMs / 2);
    this.#world.network.weather.clear();
    await this.#until(faultsMs + loadedMs + restMs);
    if (!this.#isOver()) await this.#world.oracle.rest(this.#members.all(), settle);
    return this.#result();
  }

  #lose(): void {
    const { lossRate } = this.#plan.profile;
    if (lossRate === 0) return;
    this.#world.network.weather.add({ kind: 'loss', amount: lossRate, place: undefined });
    this.#world.measures.weather({ lossRate, delayMs: 0 });
  }

  #build(): World {
    const plan = this.#plan;
    const { seed, profile } = plan;
    const { mutation, trace } = this.#options;
    const agenda = new Agenda();
    const phase = () => this.#phase;
    const scopes = profile.scopes.map((scope, i) => ({ ...scope, name: scopeOf(`scope-${i}`) }));
    const domain = new Domain(scopes, KEYS);
    const namesLives = !mutation?.hidesLife;
    const database = new SimulatedDatabase(domain, agenda, new Dice(seed, 'database'), namesLives);
    const network = new SimulatedNetwork(
      agenda,
      new Dice(seed, 'network'),
      plan.nodes + JOINS_MAX,
      profile.sendQueueBytesMax,
    );
    const oracle = new Oracle(agenda, database, domain);
    const measures = new Measures(agenda, phase, plan.faultsMs);
    return {
      plan,
      mutation,
      agenda,
      network,
      dialling: new Dialling(agenda, network, new Dice(seed, 'dialling')),
      database,
      domain,
      oracle,
      measures,
      forgets: profile.mesh.silentOriginMs !== undefined,
      phase,
      nextFrame: () => ++this.#frames,
      nodeOf: (origin) => this.#members.byOrigin(origin),
      committed: ({ commit }) => {
        for (const erasure of commit.erasures) oracle.departures.issued(erasure);
        measures.committed(commit, this.#members.all().length);
      },
      wrote: (receipt) => {
        this.#receipts[receipt.commit.serial % RECEIPTS_MAX] = receipt;
      },
      recentWrite: (dice) => this.#receipts[dice.whole(0, RECEIPTS_MAX - 1)],
      woke: () => {
        this.#woken = true;
      },
      note: (text) => trace?.(`${agenda.nowMs.toFixed(1).padStart(9)} ms  ${text}`),
    };
  }

  async #until(endMs: number): Promise<void> {
    const { agenda } = this.#world;
    while (!this.#isOver() && agenda.step(endMs)) {
      if (!this.#woken) continue;
      this.#woken = false;
      await settle();
    }
  }

  #isOver(): boolean {
    return this.#options.untilViolation === true && this.#world.oracle.count > 0;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#world.note(phase === 'rest' ? 'load ends' : 'faults end');
  }

  #look(): void {
    this.#world.oracle.look(this.#members.all());
    this.#world.agenda.after(LOOK_EVERY_MS, () => this.#look());
  }

  #result(): RunResult {
    const { oracle, measures } = this.#world;
    const nodes = this.#members.all();
    return {
      violations: oracle.violations,
      violationCount: oracle.count,
      faults: this.#injector.counts,
      convergenceMs: measures.convergenceMs,
      repairs: measures.repairs,
      digestBytesPerNodePerSecond:
        measures.digestBytes / nodes.length / (this.#plan.restMs / 1_000),
      reached: this.#reached(),
    };
  }

  #reached(): Record<string, number> {
    const { oracle, measures, network, database } = this.#world;
    const reached: Record<string, number> = {
      reads: oracle.reads.judged.all,
      'reads, bounded': oracle.reads.judged.bounded,
      'reads, strict': oracle.reads.judged.strict,
      readsRefused: measures.refused,
      loadedAndLost: oracle.loadedAndLost,
      commitsLost: database.reversions,
    };
    const add = (group: string, counters: object) => {
      for (const [name, count] of Object.entries(counters))
        reached[`${group}.${name}`] = (reached[`${group}.${name}`] ?? 0) + (count as number);
    };
    add('network', network.counters);
    add('reset', oracle.departures.resets);
    for (const node of this.#members.all()) {
      add('mesh', node.mesh.machine.counters);
      add('strict', node.strict.counters);
      add('sharing', node.sharing?.counters ?? {});
      for (const [, cache] of node.caches) add('cache', cache.stats());
    }
    return reached;
  }
}

/** Whatever waits for promises goes on, however long the chain: a turn of the real event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
