import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { abortable } from '../demo/abortable.ts';
import { nowUs } from '../demo/clock.ts';
import { pick, type Random, seededRandom } from '../demo/random.ts';
import { HostNetwork } from '../hosts/host-network.ts';
import { Cluster, type ClusterOptions, type Life } from './cluster.ts';
import { createDatabase } from './create-database.ts';
import { FaultPlayer } from './fault-player.ts';
import type { FaultRecord } from './fault-record.ts';
import type { CachedEntry } from './node.ts';
import { Observer } from './observer.ts';
import type { ChaosOptions } from './options.ts';
import { waitedMsOf } from './processor-wait.ts';
import type { TokenErrand } from './reader.ts';
import type { Report } from './report.ts';
import { type FaultKind, nodeName, planRound } from './schedule.ts';
import { type ServiceDatabase, TROUBLES } from './service-database.ts';

const ROUND_MS = 60_000;
/** The rest of a round is for coming to rest and for load without faults. */
const FAULTS_SHARE = 0.75;
const LOOK_MS = 200;
const MEETING_MS = 60_000;
/** Within it all must be coherent again, have one view and have applied everything, as far as they could run. */
const REST_MS_MAX = 30_000;
/** After so long without rest the record says why. */
const SLOW_MS = 3_000;
/** A node that has not answered in this time will not. */
const ANSWER_MS_MAX = 60_000;
/** Tokens that are carried to another node. */
const TOKENS_SHARE = 0.1;

export interface Outcome {
  readonly observer: Observer;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly rounds: number;
  /** From the end of a round's faults until all was at rest, at worst. */
  readonly restMsMax: number;
  readonly rssPeakKb: number;
  /** Of the nodes' lives, 0 … 1: how much of it they stood in line for a processor. */
  readonly processorWaitShare: number;
}

/** What is shown while it runs. */
export interface Progress {
  readonly phase: string;
  readonly elapsedMs: number;
  readonly faults: readonly string[];
  readonly reads: number;
  readonly writes: number;
  readonly violations: number;
}

/** One run, from the first process to the last check at rest. */
export class ChaosRun {
  readonly directory = mkdtempSync(join(tmpdir(), 'hearsay-chaos-'));
  readonly #options: ChaosOptions;
  readonly #record: FaultRecord;
  readonly #random: Random;
  readonly #observer = new Observer();
  readonly #aborting = new AbortController();
  #network: HostNetwork | undefined;
  #database: ServiceDatabase | undefined;
  #cluster: Cluster | undefined;
  #player: FaultPlayer | undefined;
  #phase = 'starting the nodes';
  #beganMs = performance.now();
  #restMsMax = 0;
  #shown = 0;
  /** One look after the other: each begins where the one before ended. */
  #lastLook: Promise<boolean> = Promise.resolve(false);

  constructor(options: ChaosOptions, record: FaultRecord) {
    this.#options = options;
    this.#record = record;
    this.#random = seededRandom(options.seed);
  }

  progress(): Progress {
    const { checked, violations } = this.#observer;
    return {
      phase: this.#phase,
      elapsedMs: performance.now() - this.#beganMs,
      faults: [...(this.#player?.active ?? [])].map(({ kind }) => kind),
      reads: checked.reads,
      writes: checked.writes,
      violations,
    };
  }

  /** @throws what broke it, or the reason of {@link abort} */
  async run(): Promise<Outcome> {
    const { nodes, minutes, database: kind } = this.#options;
    const { signal } = this.#aborting;
    this.#database = await createDatabase(kind, this.directory);
    this.#network = HostNetwork.create(nodes);
    const { address } = this.#database;
    const cluster = this.#createCluster(this.#network, { kind, address });
    this.#cluster = cluster;
    const player = new FaultPlayer({
      network: this.#network,
      cluster,
      database: this.#database,
      record: this.#record,
      disturbances: this.#observer.disturbances,
      signal,
    });
    this.#player = player;
    await abortable(Promise.all(cluster.lives.map((_, index) => cluster.start(index))), signal);
    this.#keepLooking().catch((error: Error) => this.abort(error));
    this.#phase = 'waiting until they have met';
    await abortable(this.#untilRest(cluster, MEETING_MS), signal);
    this.#beganMs = performance.now();
    const rounds = Math.max(1, Math.round((minutes * 60_000) / ROUND_MS));
    const roundMs = (minutes * 60_000) / rounds;
    for (let round = 0; round < rounds; round++) {
      this.#phase = `round ${round + 1} of ${rounds}`;
      await abortable(this.#round(cluster, player, round, roundMs), signal);
    }
    await abortable(this.#look(), signal);
    this.#phase = 'done';
    return {
      observer: this.#observer,
      faults: player.counts,
      rounds,
      restMsMax: this.#restMsMax,
      rssPeakKb: cluster.rssPeakKb,
      processorWaitShare: cluster.processorWait.share,
    };
  }

  /** Makes {@link run} reject. */
  abort(reason: Error): void {
    this.#aborting.abort(reason);
  }

  /** Ends every process, and removes hosts and files. */
  async close(keepFiles: boolean): Promise<void> {
    this.abort(new Error('closed'));
    this.#cluster?.close();
    await this.#network?.close();
    await this.#database?.close();
    if (!keepFiles) rmSync(this.directory, { recursive: true, force: true });
  }

  #createCluster(network: HostNetwork, database: ClusterOptions['database']): Cluster {
    const { seed, sabotage, strict } = this.#options;
    return new Cluster({
      network,
      observer: this.#observer,
      record: this.#record,
      seed,
      database,
      directory: this.directory,
      deafNode: sabotage ? 0 : undefined,
      strict,
      onReport: (life, report) => this.#reported(life, report),
    });
  }

  async #round(
    cluster: Cluster,
    player: FaultPlayer,
    round: number,
    roundMs: number,
  ): Promise<void> {
    const { seed, nodes, database, strict } = this.#options;
    const endMs = performance.now() + roundMs;
    const faultsMs = roundMs * FAULTS_SHARE;
    const troubles = TROUBLES[database];
    const faults = planRound({ seed, round, nodes, faultsMs, troubles, strict });
    cluster.write();
    await player.playAll(faults);
    await sleep(Math.max(0, endMs - roundMs + faultsMs - performance.now()));
    await this.#rest(cluster);
    cluster.write();
    await sleep(Math.max(0, endMs - performance.now()));
    await this.#rest(cluster);
  }

  /** No fault is active: stops the writes, waits for rest and compares every cache with the database. */
  async #rest(cluster: Cluster): Promise<void> {
    const beganMs = performance.now();
    await inTime(cluster.rest(), 'the nodes did not stop to write');
    await this.#untilRest(cluster, REST_MS_MAX);
    const tookMs = performance.now() - beganMs;
    this.#restMsMax = Math.max(this.#restMsMax, tookMs);
    this.#record.note(`at rest after ${tookMs.toFixed(0)} ms`);
    const epochs = epochsOf(cluster);
    for (const life of cluster.living) {
      const entries = await inTime(
        life.process.ask<CachedEntry[]>('cached'),
        `${nodeName(life.index)} did not show its caches`,
      );
      const view = await cluster.view(life);
      this.#observer.judgeAtRest(life.watched, { view, entries, epochs, nowUs: nowUs() });
    }
  }

  /** Resolves once all is at rest, or the time is over. */
  async #untilRest(cluster: Cluster, withinMs: number): Promise<void> {
    const beganMs = performance.now();
    const waitedBefore = cluster.living.map(({ process }) => waitedMsOf(process.pid) ?? 0);
    let noteMs = performance.now() + SLOW_MS;
    for (;;) {
      const unrest = await this.#unrest(cluster);
      const nowMs = performance.now();
      // What a process waits for a processor is the machine's doing: it does not count.
      const waitedMs = cluster.living.map(
        ({ process }, index) => (waitedMsOf(process.pid) ?? 0) - (waitedBefore[index] ?? 0),
      );
      if (unrest.length === 0 || nowMs - beganMs - Math.max(...waitedMs) >= withinMs) return;
      if (nowMs >= noteMs) {
        this.#record.note(`not at rest yet: ${unrest.join('; ')}`);
        noteMs = nowMs + SLOW_MS;
      }
      await sleep(LOOK_MS);
    }
  }

  /** @returns why not all is at rest */
  async #unrest(cluster: Cluster): Promise<string[]> {
    if (!(await this.#look())) return ['the database is out of reach'];
    const epochs = epochsOf(cluster);
    if (epochs.length < cluster.lives.length) return ['a node is down'];
    const views = cluster.living.map(async (life) => {
      const unrest = this.#observer.unrest(await cluster.view(life), epochs);
      return unrest === undefined ? [] : `${nodeName(life.index)}: ${unrest}`;
    });
    return (await inTime(Promise.all(views), 'a node did not answer')).flat();
  }

  async #keepLooking(): Promise<void> {
    while (!this.#aborting.signal.aborted) {
      await this.#look();
      for (const life of this.#cluster?.living ?? []) this.#cluster?.measure(life);
      await sleep(LOOK_MS);
    }
  }

  /** Reads what was committed, and judges what was answered before. */
  /** @returns whether the database could be read */
  #look(): Promise<boolean> {
    this.#lastLook = this.#lastLook.then(() => this.#lookNow());
    return this.#lastLook;
  }

  async #lookNow(): Promise<boolean> {
    const untilUs = nowUs();
    const committed = await this.#database?.readCommitted();
    if (!committed) return false;
    this.#observer.committed(committed, nowUs());
    this.#observer.judge(untilUs);
    for (const finding of this.#observer.findings.slice(this.#shown)) {
      this.#shown++;
      this.#record.show(finding);
    }
    return true;
  }

  #reported(life: Life, report: Report): void {
    this.#observer.reported(life.watched, report);
    for (const { scope, key, token, revision: written } of report.acks) {
      if (this.#random() >= TOKENS_SHARE) continue;
      const errand: TokenErrand = { scope, key, token, written };
      const { process } = pick(this.#random, this.#cluster?.living ?? [life]);
      // One that dies need not answer.
      process.ask('readWithToken', errand).catch(() => {});
    }
  }
}

function epochsOf(cluster: Cluster): string[] {
  return cluster.living.map(({ epoch }) => epoch);
}

/** @throws {Error} with this message, when it takes too long */
async function inTime<T>(promise: Promise<T>, otherwise: string): Promise<T> {
  const waiting = new AbortController();
  const late = sleep(ANSWER_MS_MAX, undefined, { signal: waiting.signal }).then(() => {
    throw new Error(`${otherwise} within ${ANSWER_MS_MAX / 1000} s`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => {});
    waiting.abort();
  }
}
