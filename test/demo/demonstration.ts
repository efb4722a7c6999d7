import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from './abortable.ts';
import { createCatalogue } from './catalogue.ts';
import { eventually, nowUs } from './clock.ts';
import { Cluster } from './cluster.ts';
import { readInstalledPackages } from './installed-packages.ts';
import type {
  FromLoad,
  FromObserver,
  LoadConfig,
  LoadTotals,
  NodeView,
  ObserverConfig,
  Seen,
  ToLoad,
  ToObserver,
} from './messages.ts';
import type { DemoOptions } from './options.ts';
import { Child } from './processes.ts';
import { seededRandom } from './random.ts';
import { planFaults, type Schedule } from './schedule.ts';
import type { Verdict } from './verdict.ts';

/** Above what must be reached, so that the two seconds with a node less do not fail the run. */
const LOAD = { writesPerSecond: 220, readsPerSecond: 5_600 };
/** Fresh processes are slow for their first hundreds of requests: JavaScript is being compiled. */
const WARM_UP_MS = 2_000;
const MEETING_MS = 20_000;
const VERDICT_MS = 30_000;
const MODULES = join(import.meta.dirname, '../../node_modules');

/** What is shown while it runs. */
export interface Progress {
  readonly phase: string;
  readonly elapsedMs: number;
  readonly nodes: readonly {
    readonly name: string;
    readonly state: string;
    readonly view: NodeView | null;
  }[];
  readonly log: Seen['log'] | undefined;
  readonly violations: number;
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly totals: LoadTotals;
  readonly schedule: Schedule;
  readonly packages: number;
}

/** One run of the demonstration, from reading the catalogue to the observer's verdict. */
export class Demonstration {
  readonly #options: DemoOptions;
  readonly #schedule: Schedule;
  readonly #directory = mkdtempSync(join(tmpdir(), 'hearsay-demo-'));
  readonly #aborting = new AbortController();
  readonly #doorPorts: (number | null)[];
  #cluster: Cluster | undefined;
  #observer: Child<ToObserver, FromObserver> | undefined;
  #load: Child<ToLoad, FromLoad> | undefined;
  #seen: Seen | undefined;
  #phase = 'reading the catalogue';
  #beganMs: number | undefined;
  #totals: LoadTotals | undefined;
  #verdict: Verdict | undefined;

  constructor(options: DemoOptions) {
    this.#options = options;
    this.#schedule = planFaults(options.nodes, options.seconds, seededRandom(options.seed));
    this.#doorPorts = Array.from({ length: options.nodes }, () => null);
    // Also when an error that nobody foresaw ends this process; the children end by themselves.
    process.once('exit', () => this.#removeDirectory());
  }

  get directory(): string {
    return this.#directory;
  }

  progress(): Progress {
    const { names = [], states = [] } = this.#cluster ?? {};
    return {
      phase: this.#phase,
      elapsedMs: this.#beganMs === undefined ? 0 : performance.now() - this.#beganMs,
      nodes: names.map((name, index) => ({
        name,
        state: states[index] ?? 'starting',
        view: this.#seen?.views[index] ?? null,
      })),
      log: this.#seen?.log,
      violations: this.#seen?.violations ?? 0,
    };
  }

  /** @throws what broke it: a process that ended, or that did not answer */
  async run(): Promise<Outcome> {
    const { signal } = this.#aborting;
    const database = join(this.#directory, 'catalogue.db');
    const packages = readInstalledPackages(MODULES);
    createCatalogue(database, packages);
    this.#startObserver(database);
    this.#phase = 'starting the services';
    this.#cluster = await this.#createCluster(database);
    await abortable(this.#cluster.startAll(), signal);
    this.#phase = 'waiting until they have met';
    await abortable(
      eventually(() => this.#haveMet(), MEETING_MS),
      signal,
    );
    this.#phase = 'warming up';
    const load = this.#startLoad(database);
    await abortable(sleep(WARM_UP_MS, undefined), signal);
    load.send({ type: 'count' });
    this.#observer?.send({ type: 'clock', startUs: nowUs() });
    await this.#playFaults(this.#cluster);
    this.#phase = 'checking at rest';
    load.send({ type: 'stop' });
    await this.#until(() => this.#totals !== undefined, 'the clients did not stop');
    this.#observer?.send({ type: 'finish' });
    await this.#until(() => this.#verdict !== undefined, 'the observer gave no verdict');
    this.#phase = 'done';
    return {
      verdict: this.#verdict as unknown as Verdict,
      totals: this.#totals as unknown as LoadTotals,
      schedule: this.#schedule,
      packages: packages.length,
    };
  }

  /** Makes {@link run} reject. */
  abort(reason: Error): void {
    this.#aborting.abort(reason);
  }

  /** Ends every process and removes the temporary directory. */
  async close(): Promise<void> {
    this.#phase = 'stopping';
    const watchers = [this.#load, this.#observer].filter((child) => child !== undefined);
    await Promise.all(watchers.map((child) => child.end()));
    await this.#cluster?.close();
    this.#removeDirectory();
  }

  #removeDirectory(): void {
    if (!this.#options.keep) rmSync(this.#directory, { recursive: true, force: true });
  }

  #startObserver(database: string): void {
    const { seed } = this.#options;
    const nodes = this.#doorPorts.map((_, index) => `node-${index + 1}`);
    const config: ObserverConfig = { database, seed, nodes, schedule: this.#schedule };
    this.#observer = this.#child<ToObserver, FromObserver>('observer', config, (message) => {
      if (message.type === 'verdict') this.#verdict = message.verdict;
      else this.#seen = message.seen;
    });
  }

  #startLoad(database: string): Child<ToLoad, FromLoad> {
    const config: LoadConfig = { database, seed: this.#options.seed, ...LOAD };
    this.#load = this.#child<ToLoad, FromLoad>('clients', config, (message) => {
      if (message.type === 'stopped') this.#totals = message.totals;
      else this.#observer?.send(message);
    });
    this.#tellDoors();
    this.#load.send({ type: 'begin' });
    return this.#load;
  }

  #child<To extends object, From>(
    name: string,
    config: object,
    onMessage: (message: From) => void,
  ): Child<To, From> {
    return new Child({
      name,
      script: name === 'clients' ? 'load.ts' : 'observer.ts',
      config,
      directory: this.#directory,
      onMessage,
      whenBroken: (error) => this.abort(error),
    });
  }

  #createCluster(database: string): Promise<Cluster> {
    return Cluster.create(this.#options, this.#directory, database, {
      up: (node, life) => {
        this.#doorPorts[node] = life.doorPort;
        this.#observer?.send({ type: 'up', node, life });
        this.#tellDoors();
      },
      down: (node) => {
        this.#doorPorts[node] = null;
        this.#tellDoors();
      },
      fault: (kind, node, atUs) => this.#observer?.send({ type: 'fault', kind, node, atUs }),
      broken: (error) => this.abort(error),
    });
  }

  #tellDoors(): void {
    this.#load?.send({ type: 'doors', doorPorts: this.#doorPorts });
  }

  #haveMet(): boolean {
    const { nodes } = this.#options;
    const met = (this.#seen?.views ?? []).filter(
      (view) => view?.coherence === 'coherent' && view.peers === nodes - 1,
    );
    return met.length === nodes;
  }

  async #playFaults(cluster: Cluster): Promise<void> {
    const { killedNode, killMs, restartMs, cutNode, cutMs, healMs, endMs } = this.#schedule;
    this.#beganMs = performance.now();
    this.#phase = 'running';
    const acts: readonly (readonly [atMs: number, act: () => unknown])[] = [
      [killMs, () => cluster.kill(killedNode)],
      [restartMs, () => cluster.restart(killedNode)],
      [cutMs, () => cluster.cut(cutNode)],
      [healMs, () => cluster.heal(cutNode)],
      [endMs, () => undefined],
    ];
    const sorted = acts.toSorted(([a], [b]) => a - b);
    for (const [atMs, act] of sorted) {
      await this.#sleepUntil(atMs);
      await act();
    }
  }

  async #sleepUntil(atMs: number): Promise<void> {
    const leftMs = (this.#beganMs ?? 0) + atMs - performance.now();
    await abortable(sleep(Math.max(0, leftMs), undefined), this.#aborting.signal);
  }

  async #until(condition: () => boolean, otherwise: string): Promise<void> {
    const came = await abortable(eventually(condition, VERDICT_MS), this.#aborting.signal);
    if (!came) throw new Error(`${otherwise} within ${VERDICT_MS / 1000} s`);
  }
}
