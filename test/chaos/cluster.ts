import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../demo/clock.ts';
import type { HostNetwork } from '../hosts/host-network.ts';
import type { HostProcess } from '../hosts/host-process.ts';
import type { FaultRecord } from './fault-record.ts';
import type { NodeConfig, NodeStarted, NodeView } from './node.ts';
import type { Observer } from './observer.ts';
import { ProcessorWait } from './processor-wait.ts';
import type { Report } from './report.ts';
import { nodeName } from './schedule.ts';
import type { WatchedLife } from './watched-life.ts';

const SCRIPT = join(import.meta.dirname, 'node.ts');
const PORT = 7946;
const START_AGAIN_MS = 500;

/** One life of a node's process. */
export interface Life {
  readonly index: number;
  readonly epoch: string;
  readonly process: HostProcess;
  readonly watched: WatchedLife;
}

export interface ClusterOptions {
  readonly network: HostNetwork;
  readonly observer: Observer;
  readonly record: FaultRecord;
  readonly seed: number;
  readonly database: NodeConfig['database'];
  /** Where the nodes' own logs go. */
  readonly directory: string;
  /** Index of a node that says that it applies invalidations and drops nothing. */
  readonly deafNode: number | undefined;
  /** With a strict scope. */
  readonly strict: boolean;
  readonly onReport: (life: Life, report: Report) => void;
}

/** The nodes, each a process on a host of its own, which is started anew when it ends. */
export class Cluster {
  /** By index; `undefined` while it is down. */
  readonly lives: (Life | undefined)[];
  rssPeakKb = 0;
  readonly processorWait = new ProcessorWait();
  readonly #options: ClusterOptions;
  readonly #clusterKey = randomBytes(32).toString('hex');
  #lastLife = 0;
  #isClosing = false;
  #isWriting = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.lives = Array.from({ length: options.network.count }, () => undefined);
  }

  /** Those that run. */
  get living(): Life[] {
    return this.lives.filter((life) => life !== undefined);
  }

  /** Resolves once the node runs. As its supervisor would, tries until it does. */
  async start(index: number): Promise<void> {
    while (!this.#isClosing) {
      const process = this.#spawn(index);
      try {
        const started = await process.ask<NodeStarted>('start');
        this.#began(index, process, started);
        return;
      } catch (error) {
        this.#options.record.note(`${nodeName(index)} did not start: ${String(error)}`);
        await process.kill();
        await pause(START_AGAIN_MS);
      }
    }
  }

  /** Ends the process as `end` does, and starts the node again at another address. */
  async restart(index: number, downMs: number, end: (life: Life) => unknown): Promise<void> {
    const life = this.lives[index];
    if (!life) return;
    this.lives[index] = undefined;
    this.measure(life);
    await end(life);
    await life.process.exited;
    life.watched.end();
    await pause(downMs);
    this.#options.network.moveAddress(index);
    await this.start(index);
    if (!this.#isClosing) this.#options.record.note(`${nodeName(index)} runs again`);
  }

  write(): void {
    this.#isWriting = true;
    for (const { process } of this.living) process.ask('write').catch(() => {});
  }

  /** Resolves once no node writes any more and all that they did is reported. */
  async rest(): Promise<void> {
    this.#isWriting = false;
    await Promise.all(this.living.map(({ process }) => process.ask('rest')));
  }

  view({ process }: Life): Promise<NodeView> {
    return process.ask<NodeView>('view');
  }

  /** Remembers the most memory that a process had resident at once (VmHWM of proc(5)), and its waiting. */
  measure({ process }: Life): void {
    this.processorWait.measure(process.pid);
    try {
      const status = readFileSync(`/proc/${process.pid}/status`, 'latin1');
      const peakKb = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
      this.rssPeakKb = Math.max(this.rssPeakKb, peakKb);
    } catch {
      // It has just ended.
    }
  }

  close(): void {
    this.#isClosing = true;
  }

  #spawn(index: number): HostProcess {
    const { network, seed, database, directory, deafNode, strict } = this.#options;
    const name = nodeName(index);
    const config: NodeConfig = {
      name,
      life: ++this.#lastLife,
      seed,
      listen: `${network.address(index)}:${PORT}`,
      peers: network.firstAddresses.map((address) => `${address}:${PORT}`),
      clusterKey: this.#clusterKey,
      database,
      logFile: join(directory, `${name}.log`),
      isDeaf: index === deafNode,
      strict,
    };
    return network.start(index, { script: SCRIPT, args: [JSON.stringify(config)] });
  }

  #began(index: number, process: HostProcess, { epoch, readyUs }: NodeStarted): void {
    const watched = this.#options.observer.lifeBegan(nodeName(index), epoch, readyUs);
    const life: Life = { index, epoch, process, watched };
    this.lives[index] = life;
    process.onTold((told) => this.#options.onReport(life, told as Report));
    void process.exited.then(() => this.#ended(life));
    if (this.#isWriting) process.ask('write').catch(() => {});
  }

  /** By itself, unless {@link restart} has taken it out. */
  #ended(life: Life): void {
    if (this.#isClosing || this.lives[life.index] !== life) return;
    const { observer } = this.#options;
    observer.ill(
      life.watched,
      `its process ended: ${life.process.lastWords}`,
      life.watched.knownUntilUs,
    );
    this.restart(life.index, 0, () => {}).catch(() => {});
  }
}
