import { setTimeout as sleep } from 'node:timers/promises';
import { nowUs } from '../demo/clock.ts';
import type { HostNetwork } from '../hosts/host-network.ts';
import type { Cluster, Life } from './cluster.ts';
import type { Disturbances } from './disturbances.ts';
import type { FaultRecord } from './fault-record.ts';
import { NetworkFaults } from './network-faults.ts';
import type { DeathMoment } from './node-store.ts';
import {
  describeFault,
  type Fault,
  type FaultKind,
  isProcessFault,
  isTrouble,
  type NetworkFault,
  nodeName,
  type ProcessFault,
} from './schedule.ts';
import { SCOPE_NAMES } from './scopes.ts';
import { isStopped } from './self-stop.ts';
import type { ServiceDatabase, Trouble } from './service-database.ts';

/** A node that cannot get to its COMMIT, as when writers are locked out, is killed after so long. */
const CRASH_MS_MAX = 10_000;
const PRUNE_AGAIN_MS = 150;
/** A node that is slow to stop itself is stopped. */
const STOP_MS_MAX = 5_000;
const LOOK_AGAIN_MS = 5;

interface Stage {
  readonly network: HostNetwork;
  readonly cluster: Cluster;
  readonly database: ServiceDatabase;
  readonly record: FaultRecord;
  readonly disturbances: Disturbances;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

/** Does to the cluster what the schedule says. */
export class FaultPlayer {
  /** How many were begun. */
  readonly counts = new Map<FaultKind, number>();
  readonly active = new Set<Fault>();
  readonly #stage: Stage;
  readonly #networkFaults: NetworkFaults;
  /** By node: a restart may take longer than planned, and the next fault of that process waits for it. */
  readonly #turns = new Map<number, Promise<void>>();

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#networkFaults = new NetworkFaults(stage.network);
  }

  /** Resolves once all have ended and what they ended runs again. */
  async playAll(faults: readonly Fault[]): Promise<void> {
    await Promise.all(faults.map((fault) => this.#playInTime(fault)));
  }

  async #playInTime(fault: Fault): Promise<void> {
    await this.#sleep(fault.atMs);
    if (!isProcessFault(fault)) return this.#play(fault);
    const turn = (this.#turns.get(fault.node) ?? Promise.resolve()).then(() => this.#play(fault));
    this.#turns.set(fault.node, turn);
    return turn;
  }

  async #play(fault: Fault): Promise<void> {
    const text = describeFault(fault);
    this.#stage.record.note(text);
    this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1);
    this.active.add(fault);
    try {
      await this.#perform(fault);
    } finally {
      this.active.delete(fault);
    }
    if (fault.forMs > 0) this.#stage.record.note(`over: ${text}`);
  }

  async #perform(fault: Fault): Promise<void> {
    if (isProcessFault(fault)) return this.#disturb(fault);
    if (isTrouble(fault.kind)) return this.#trouble(fault.kind, fault.forMs);
    switch (fault.kind) {
      case 'clockJump': {
        const life = this.#stage.cluster.lives[fault.node];
        // A process that is frozen or dies meanwhile need not answer.
        life?.process.ask('jumpClock', { ms: fault.jumpMs }).catch(() => {});
        break;
      }
      case 'prune':
        await this.#prune(fault.keepRows, fault.forMs);
        break;
      default:
        await this.#disturbNetwork(fault as NetworkFault);
    }
  }

  async #disturbNetwork(fault: NetworkFault): Promise<void> {
    await this.#networkFaults.begin(fault);
    await this.#sleep(fault.forMs);
    await this.#networkFaults.end(fault);
  }

  async #disturb({ kind, node, forMs }: ProcessFault): Promise<void> {
    const { cluster } = this.#stage;
    const life = cluster.lives[node];
    switch (kind) {
      case 'freeze':
        if (life) await this.#freeze(life, forMs);
        break;
      case 'freezeInHit':
        if (life) await this.#freezeInHit(life, forMs);
        break;
      case 'kill':
        await cluster.restart(node, forMs, (life) => life.process.kill());
        break;
      case 'crashInCommit':
        await cluster.restart(node, forMs, (life) => this.#crash(life, 'in-commit'));
        break;
      case 'crashAfterCommit':
        await cluster.restart(node, forMs, (life) => this.#crash(life, 'after-commit'));
        break;
    }
  }

  async #freeze({ process, index }: Life, forMs: number): Promise<void> {
    const end = this.#stage.disturbances.begin(nodeName(index), nowUs());
    await process.freeze();
    await this.#sleep(forMs);
    process.continue();
    end(nowUs());
  }

  /** Where it is slow to stop itself it is stopped, and gets to its own stop when it goes on. */
  async #freezeInHit({ process, index }: Life, forMs: number): Promise<void> {
    const end = this.#stage.disturbances.begin(nodeName(index), nowUs());
    let isAnswered = false;
    const answered = process.ask('stopInHit').catch(() => {});
    void answered.then(() => {
      isAnswered = true;
    });
    const giveUpMs = performance.now() + STOP_MS_MAX;
    while (!isStopped(process.pid) && performance.now() < giveUpMs)
      await this.#sleep(LOOK_AGAIN_MS);
    await process.freeze();
    await this.#sleep(forMs);
    process.continue();
    for (; !isAnswered; process.continue()) await this.#sleep(LOOK_AGAIN_MS);
    end(nowUs());
  }

  async #crash({ process }: Life, moment: DeathMoment): Promise<void> {
    process.ask('crash', { moment }).catch(() => {});
    const giveUp = new AbortController();
    const late = sleep(CRASH_MS_MAX, 'late', { signal: giveUp.signal }).catch(() => {});
    if ((await Promise.race([process.exited, late])) === 'late') await process.kill();
    giveUp.abort();
  }

  /** Again and again, so that who polls comes too late. */
  async #prune(keepRows: number, forMs: number): Promise<void> {
    const { database, record } = this.#stage;
    const endMs = performance.now() + forMs;
    do {
      for (const scope of SCOPE_NAMES)
        await database.prune(scope, keepRows).catch((error: unknown) => {
          record.note(`not pruned: ${String(error)}`);
        });
      await this.#sleep(PRUNE_AGAIN_MS);
    } while (performance.now() < endMs);
  }

  async #trouble(trouble: Trouble, forMs: number): Promise<void> {
    const { database, disturbances } = this.#stage;
    // Who only keeps writers out lets everyone read the counters.
    const end = trouble === 'lockWriters' ? () => {} : disturbances.begin(undefined, nowUs());
    await Promise.all([
      database.begin(trouble),
      this.#sleep(forMs).then(() => database.end(trouble)),
    ]);
    end(nowUs());
  }

  async #sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stage.signal });
  }
}
