import { type Hearsay, type HearsayOptions, startHearsay } from '@hearsay/embed';
import { pause, until } from '../time.ts';

const BOUND_MS = 1_000;
const FORM_MS = 60_000;
const READ_EVERY_MS = 50;
const WRITE_EVERY_MS = 50;
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What the nodes did in one second, all together. */
export interface Second {
  readonly polls: number;
  /** The oldest proof at a read. */
  readonly oldestMs: number;
}

/** Real nodes in this process, over real sockets and a real log, with readers and writers. */
export class PollingNodes {
  readonly #nodes: readonly Hearsay[];
  readonly #timers: readonly NodeJS.Timeout[];
  #oldestMs = 0;

  /** Resolves once all of them know each other and have read the log. */
  static async start(
    count: number,
    log: NonNullable<HearsayOptions['log']>,
    share: boolean,
  ): Promise<PollingNodes> {
    const nodes: Hearsay[] = [];
    for (let index = 1; index <= count; index++) {
      const peers = nodes.slice(0, 3).flatMap((node) => [...node.status().addresses]);
      const options = { node: `node-${index}`, log, poll: { share }, mesh: { peers } };
      nodes.push(await startHearsay({ ...options, logger: SILENT }));
    }
    const polling = new PollingNodes(nodes);
    const knowAll = () => nodes.every((node) => node.members().length === count);
    await until('all members know each other', knowAll, FORM_MS);
    return polling;
  }

  private constructor(nodes: readonly Hearsay[]) {
    this.#nodes = nodes;
    const consistency = { boundedMs: BOUND_MS };
    const caches = nodes.map((node) => node.cache('item', { ttlMs: 3_600_000, consistency }));
    let turn = 0;
    this.#timers = [
      setInterval(() => {
        for (const [at, cache] of caches.entries()) {
          const freshForMs = nodes[at]?.status().scopes[0]?.freshForMs ?? 0;
          if (freshForMs < Infinity) this.#oldestMs = Math.max(this.#oldestMs, freshForMs);
          cache.getOrLoad('hot', () => 'value').catch(() => undefined);
        }
      }, READ_EVERY_MS),
      setInterval(() => {
        const writer = nodes[++turn % nodes.length];
        writer?.invalidate('item', { key: `k${turn % 100}` }).catch(() => undefined);
      }, WRITE_EVERY_MS),
    ];
  }

  async seconds(count: number): Promise<Second[]> {
    const seconds: Second[] = [];
    for (let at = 0; at < count; at++) {
      const before = this.#polls();
      this.#oldestMs = 0;
      await pause(1_000);
      seconds.push({ polls: this.#polls() - before, oldestMs: this.#oldestMs });
    }
    return seconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#nodes.map((node) => node.close()));
  }

  #polls(): number {
    return this.#nodes.reduce((sum, node) => sum + node.status().counters.polls, 0);
  }
}
