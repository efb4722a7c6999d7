/**
 * The observer: a process of its own that reads through the services' public doors, takes the truth
 * from the database, and judges.
 */
import { childConfig, runChild, tellParent } from './child.ts';
import { eventually, nowUs, pause } from './clock.ts';
import type { ObserverConfig, Seen, ToObserver } from './messages.ts';
import { Observation } from './observation.ts';
import { pick, pickSkewed, type Random, seededRandom } from './random.ts';
import { SCOPES } from './scopes.ts';
import { WatchedNode } from './watched-node.ts';

const JOURNAL_MS = 150;
const PROBE_MS = 150;
const TRUTH_MS = 250;
/** Acknowledgements come by way of the clients: nothing younger is judged. */
const JUDGE_AFTER_US = 1_000_000;
const PROBE_KEYS = 20;
const RECENT_MAX = 64;
/** How long rest may take after the last write: longer than a write may take before it counts as lost. */
const REST_MS = 6_000;

class Observer {
  readonly #config: ObserverConfig;
  readonly #random: Random;
  readonly #observation: Observation;
  /** Rows written lately: where staleness would show. */
  readonly #recent: { readonly scope: string; readonly key: string }[] = [];
  /** By index; `undefined` while it is down. */
  readonly #nodes: (WatchedNode | undefined)[];
  readonly #loops: Promise<void>[] = [];
  #watching = true;

  constructor(config: ObserverConfig) {
    this.#config = config;
    this.#random = seededRandom(config.seed + 1);
    this.#nodes = config.nodes.map(() => undefined);
    this.#observation = new Observation(config);
    this.#loops.push(this.#lookAtTruth());
  }

  handle(message: ToObserver): void | Promise<void> {
    switch (message.type) {
      case 'up':
        return this.#up(message);
      case 'fault':
        return this.#fault(message);
      case 'clock':
        return this.#observation.clockStarted(message.startUs);
      case 'acks':
        for (const ack of message.acks) this.#observation.acknowledged(ack);
        for (const read of message.tokenReads) this.#observation.tokenRead(read);
        return;
      case 'finish':
        return this.#finish();
    }
  }

  #up({ node: index, life }: ToObserver & { type: 'up' }): void {
    const node = new WatchedNode(this.#config.nodes[index] ?? '', index, life);
    this.#nodes[index] = node;
    this.#observation.lifeBegan(node, life.readyUs);
    this.#loops.push(
      this.#repeat(node, JOURNAL_MS, () => this.#followJournal(node)),
      this.#repeat(node, PROBE_MS, () => this.#probe(node)),
    );
  }

  #fault({ kind, node, atUs }: ToObserver & { type: 'fault' }): void {
    this.#observation.timeline.fault(kind, node, atUs);
    if (kind !== 'kill') return;
    this.#observation.lifeEnded(node, atUs);
    this.#nodes[node]?.close();
    this.#nodes[node] = undefined;
  }

  /** Errors are those of a process that was killed; one that is only slow is asked again. */
  async #repeat(node: WatchedNode, everyMs: number, work: () => Promise<void>): Promise<void> {
    while (this.#watching && this.#nodes[node.index] === node) {
      await work().catch(() => {});
      await pause(everyMs);
    }
  }

  async #followJournal(node: WatchedNode): Promise<void> {
    this.#observation.follow(node, await node.fetchJournal());
  }

  async #probe(node: WatchedNode): Promise<void> {
    const { keys: all } = this.#observation.truth;
    for (const scope of SCOPES) {
      const recent = this.#recent.filter((row) => row.scope === scope).map(({ key }) => key);
      const keys = Array.from({ length: PROBE_KEYS }, (_, i) =>
        i % 2 === 0 && recent.length > 0
          ? pick(this.#random, recent)
          : pickSkewed(this.#random, all),
      );
      await node.probe(scope, [...new Set(keys)]);
    }
  }

  async #lookAtTruth(): Promise<void> {
    while (this.#watching) {
      this.#readTruth();
      this.#observation.judge(nowUs() - JUDGE_AFTER_US);
      this.#noteConnections();
      this.#tellSeen();
      await pause(TRUTH_MS);
    }
  }

  #readTruth(): void {
    this.#recent.push(...this.#observation.readTruth());
    this.#recent.splice(0, this.#recent.length - RECENT_MAX);
  }

  #tellSeen(): void {
    const { violations, truth } = this.#observation;
    const { invalidations } = truth;
    const seen: Seen = {
      views: this.#nodes.map((node) => node?.view ?? null),
      log: { package: invalidations.newest('package'), licence: invalidations.newest('licence') },
      violations,
    };
    tellParent({ type: 'seen', seen });
  }

  #noteConnections(): void {
    const others = this.#nodes.length - 1;
    if (!this.#nodes.every((node) => node?.isConnected(others))) return;
    const seenUs = this.#nodes.map((node) => node?.knownUntilUs ?? 0);
    this.#observation.timeline.allConnected(Math.min(...seenUs), Math.max(...seenUs));
  }

  /** The writes have stopped: waits for rest, compares every cache with the database, and reports. */
  async #finish(): Promise<void> {
    const live = this.#nodes.filter((node) => node !== undefined);
    await eventually(() => live.every((node) => this.#observation.isCoherent(node)), REST_MS);
    this.#watching = false;
    await Promise.all(this.#loops);
    this.#readTruth();
    for (const node of live) await this.#judgeAtRest(node);
    this.#observation.judge(nowUs());
    this.#tellSeen();
    tellParent({ type: 'verdict', verdict: this.#observation.verdict() });
  }

  async #judgeAtRest(node: WatchedNode): Promise<void> {
    try {
      const cached = await node.cached();
      await this.#followJournal(node);
      this.#observation.judgeAtRest(node, cached);
    } catch (error) {
      this.#observation.ill(node.name, `does not answer at the end: ${String(error)}`);
    }
  }
}

const observer = new Observer(childConfig());
runChild<ToObserver>((message) => observer.handle(message));
