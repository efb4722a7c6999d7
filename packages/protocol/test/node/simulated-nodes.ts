import { type Origin, originId } from '@hearsay/spi';
import { type NodeEffect, type NodeInput, NodeMachine, type NodeMessage } from '../../src/index.js';
import { seeded } from '../mesh/random.js';
import { announce, originOf } from '../mesh/words.js';

const TICK_MS = 100;

export interface SimulatedNode {
  readonly origin: Origin;
  readonly machine: NodeMachine;
  /** Events that it was given. */
  delivered: number;
  /** Pulls that came to it. */
  pulls: number;
  alive: boolean;
}

/** Node machines, all linked to all, with ticks of their own and messages that take 1 to 5 ms. */
export class SimulatedNodes {
  readonly nodes: SimulatedNode[];
  nowMs = 0;
  /** Broadcasts that a test wants to vanish. */
  drop: (to: Origin) => boolean = () => false;
  readonly #byId: ReadonlyMap<string, SimulatedNode>;
  readonly #random: () => number;
  /** The next is the last. */
  readonly #queue: { readonly atMs: number; readonly run: () => void }[] = [];

  constructor(count: number, seed: number) {
    this.#random = seeded(seed);
    this.nodes = Array.from({ length: count }, (_, i) => {
      const origin = originOf(`n${i}`);
      const self = { origin, addresses: ['host:1'], metadata: {} };
      return { origin, machine: new NodeMachine(self, {}, 0), delivered: 0, pulls: 0, alive: true };
    });
    this.#byId = new Map(this.nodes.map((node) => [originId(node.origin), node]));
    for (const node of this.nodes) {
      this.#after(this.#random() * TICK_MS, () => this.#tick(node));
      for (const { origin: peer } of this.nodes)
        if (peer !== node.origin)
          this.handle(node, { kind: 'link-up', peer, addresses: ['host:1'] });
    }
  }

  publish(node: SimulatedNode, count: number): void {
    const announcements = Array.from({ length: count }, (_, i) => announce(`k${i}`));
    this.handle(node, { kind: 'publish', announcements });
  }

  /** Its connections close at once. */
  kill(node: SimulatedNode): void {
    node.alive = false;
    for (const other of this.nodes)
      this.handle(other, { kind: 'link-down', peer: node.origin, evidence: 'closed' });
  }

  /** @returns whether it came about within the time; the clock stands there */
  run(ms: number, until: () => boolean = () => false): boolean {
    const endMs = this.nowMs + ms;
    for (let next = this.#queue.at(-1); next && next.atMs <= endMs; next = this.#queue.at(-1)) {
      this.#queue.pop();
      this.nowMs = next.atMs;
      next.run();
      if (until()) return true;
    }
    this.nowMs = endMs;
    return false;
  }

  handle(node: SimulatedNode, input: NodeInput): void {
    if (!node.alive) return;
    for (const effect of node.machine.handle(input, this.nowMs)) this.#perform(node, effect);
  }

  #tick(node: SimulatedNode): void {
    this.handle(node, { kind: 'tick', random: this.#random(), eventLoopDelayMs: 0 });
    this.#after(TICK_MS, () => this.#tick(node));
  }

  #perform(node: SimulatedNode, effect: NodeEffect): void {
    if (effect.kind === 'deliver') node.delivered += effect.events.length;
    else if (effect.kind === 'send') this.#send(node, effect.to, effect.message);
    else if (effect.kind === 'broadcast')
      for (const { origin } of this.nodes)
        if (origin !== node.origin && !this.drop(origin)) this.#send(node, origin, effect.message);
  }

  #send({ origin: from }: SimulatedNode, to: Origin, message: NodeMessage): void {
    const target = this.#byId.get(originId(to));
    if (!target) return;
    this.#after(1 + this.#random() * 4, () => {
      if (message.kind === 'pull') target.pulls++;
      this.handle(target, { kind: 'message', from, message });
    });
  }

  #after(delayMs: number, run: () => void): void {
    const entry = { atMs: this.nowMs + delayMs, run };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#queue[middle]?.atMs ?? 0) > entry.atMs) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, entry);
  }
}
