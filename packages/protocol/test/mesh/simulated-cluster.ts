import { type Announcement, type Origin, originId } from '@hearsay/spi';
import type { MeshEffect } from '../../src/mesh/effect.js';
import type { MeshInput } from '../../src/mesh/input.js';
import type { MeshMessage } from '../../src/mesh/message.js';
import type { MeshOptions } from '../../src/mesh/options.js';
import { seeded } from './random.js';
import { SimulatedNode } from './simulated-node.js';
import { announce } from './words.js';

export interface Faults {
  /** Share of frames that vanish, as when a send queue overflows. 0 … 1 */
  readonly loss: number;
  readonly duplication: number;
  /** Every frame takes 1 ms up to this; two frames of one link may overtake each other. */
  readonly delayMaxMs: number;
}

export const NO_FAULTS: Faults = { loss: 0, duplication: 0, delayMaxMs: 2 };

export interface Sent {
  readonly from: Origin;
  readonly to: Origin;
  readonly message: MeshMessage;
  /** Dissemination, not repair. */
  readonly broadcast: boolean;
}

const TICK_MS = 100;
const DIAL_MS = 300;

/**
 * Mesh machines over a network that exists only here: connections that are cut without a notice,
 * frames that are lost, doubled and reordered, hosts that close gaps late. One seed, one course.
 */
export class SimulatedCluster {
  readonly nodes = new Map<string, SimulatedNode>();
  readonly published: { id: string; sequence: number; atMs: number }[] = [];
  faults: Faults = NO_FAULTS;
  /** Frames that a test wants to vanish. */
  drop: (sent: Sent) => boolean = () => false;
  onSend: (sent: Sent) => void = () => undefined;
  nowMs = 0;
  readonly #options: Partial<MeshOptions>;
  readonly #random: () => number;
  readonly #shared: boolean;
  readonly #cuts = new Set<string>();
  readonly #lives = new Map<string, number>();
  readonly #queue: { atMs: number; order: number; run: () => void }[] = [];
  #order = 0;
  #lastConnection = 0;

  /** @param shared broadcasts go over a medium that needs no link */
  constructor(seed: number, options: Partial<MeshOptions> = {}, shared = false) {
    this.#random = seeded(seed);
    this.#options = options;
    this.#shared = shared;
  }

  get alive(): SimulatedNode[] {
    return [...this.nodes.values()].filter((node) => node.alive);
  }

  node(name: string): SimulatedNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  /** Starts a node, or starts it again with a new epoch. */
  start(name: string): SimulatedNode {
    this.kill(name);
    const life = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, life);
    const node = new SimulatedNode(name, life, this.nowMs, this.#options);
    this.nodes.set(name, node);
    this.#discover();
    this.#tick(node);
    this.#dial(node);
    return node;
  }

  /** Peers learn of it, each for itself, unless they are cut off. */
  kill(name: string): void {
    const node = this.nodes.get(name);
    if (!node?.alive) return;
    node.alive = false;
    for (const peer of this.alive) this.#closed(peer, node.origin, node.connections.get(peer.id));
    this.#discover();
  }

  publish(name: string, count = 1): void {
    const node = this.node(name);
    const announcements: Announcement[] = [];
    for (let i = 0; i < count; i++) {
      const sequence = node.machine.sequence + 1 + i;
      announcements.push(announce(`${name}/${sequence}`));
      this.published.push({ id: node.id, sequence, atMs: this.nowMs });
    }
    this.handle(node, { kind: 'publish', announcements });
  }

  cut(a: string, b: string): void {
    this.#cuts.add(pair(a, b));
  }

  heal(a: string, b: string): void {
    this.#cuts.delete(pair(a, b));
  }

  healAll(): void {
    this.#cuts.clear();
  }

  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    for (;;) {
      const next = this.#queue[0];
      if (!next || next.atMs > endMs) break;
      this.#queue.shift();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = endMs;
  }

  /** @returns whether it came about within the time; the clock stands there */
  runUntil(condition: () => boolean, withinMs: number): boolean {
    for (let ms = 0; ms <= withinMs; ms += 10) {
      if (condition()) return true;
      this.run(10);
    }
    return condition();
  }

  handle(node: SimulatedNode, input: MeshInput): void {
    if (!node.alive) return;
    for (const effect of node.machine.handle(input, this.nowMs)) this.#perform(node, effect);
  }

  #discover(): void {
    const count = this.alive.length - 1;
    for (const node of this.alive) this.handle(node, { kind: 'others-known', count });
  }

  #perform(node: SimulatedNode, effect: MeshEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#send(node, effect.to, effect.message, false);
        break;
      case 'broadcast':
        this.#broadcast(node, effect.message);
        break;
      case 'deliver':
        node.deliver(effect.events);
        break;
      case 'close-link':
        this.#close(node, effect.peer);
        break;
      case 'open-gap':
        node.lost.push(...effect.lost);
        if (effect.lost.length === 0) node.lostBeforeMs.push(this.nowMs);
        this.#after(this.#random() * 400, () =>
          this.handle(node, { kind: 'gap-closed', gapId: effect.gapId }),
        );
        break;
      case 'coherence':
        break;
    }
  }

  #broadcast(node: SimulatedNode, message: MeshMessage): void {
    for (const peer of this.alive) {
      if (peer === node) continue;
      if (!this.#shared) this.#send(node, peer.origin, message, true);
      else if (message.kind === 'events')
        this.#carry({ from: node.origin, to: peer.origin, message, broadcast: true }, () =>
          this.handle(peer, { kind: 'events', runs: message.runs }),
        );
    }
  }

  #send(node: SimulatedNode, to: Origin, message: MeshMessage, broadcast: boolean): void {
    const connection = node.connections.get(originId(to));
    if (connection === undefined) return;
    this.#carry({ from: node.origin, to, message, broadcast }, () => {
      const peer = this.nodes.get(to.node);
      if (peer && peer.connections.get(node.id) === connection && peer.id === originId(to))
        this.handle(peer, { kind: 'message', from: node.origin, message });
    });
  }

  /** A frame on its way: perhaps lost, perhaps twice, each time after a delay of its own. */
  #carry(sent: Sent, arrive: () => void): void {
    this.onSend(sent);
    const copies = this.#random() < this.faults.duplication ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const isLost = this.#random() < this.faults.loss || this.drop(sent);
      const delayMs = 1 + this.#random() * (this.faults.delayMaxMs - 1);
      if (isLost || this.#isCut(sent.from, sent.to)) continue;
      this.#after(delayMs, () => {
        if (!this.#isCut(sent.from, sent.to)) arrive();
      });
    }
  }

  #tick(node: SimulatedNode): void {
    if (!node.alive) return;
    this.handle(node, { kind: 'tick', random: this.#random() });
    this.#after(TICK_MS, () => this.#tick(node));
  }

  #dial(node: SimulatedNode): void {
    if (!node.alive) return;
    for (const peer of this.alive)
      if (peer !== node && !node.connections.has(peer.id) && !this.#isCut(node.origin, peer.origin))
        this.#connect(node, peer);
    this.#after(DIAL_MS * (0.5 + this.#random()), () => this.#dial(node));
  }

  #connect(node: SimulatedNode, peer: SimulatedNode): void {
    this.#close(peer, node.origin);
    const connection = ++this.#lastConnection;
    node.connections.set(peer.id, connection);
    peer.connections.set(node.id, connection);
    // One side may hear from the other before it knows of the link itself.
    for (const [one, other] of [
      [node, peer],
      [peer, node],
    ] as const)
      this.#after(this.#random() * 5, () => {
        if (one.connections.get(other.id) === connection)
          this.handle(one, { kind: 'link-up', peer: other.origin });
      });
  }

  #close(node: SimulatedNode, peerOrigin: Origin): void {
    const id = originId(peerOrigin);
    const connection = node.connections.get(id);
    if (connection === undefined) return;
    node.connections.delete(id);
    this.handle(node, { kind: 'link-down', peer: peerOrigin });
    const peer = this.nodes.get(peerOrigin.node);
    if (peer?.id === id) this.#closed(peer, node.origin, connection);
  }

  /** The other end is gone; a peer that is cut off does not hear of it. */
  #closed(node: SimulatedNode, peer: Origin, connection: number | undefined): void {
    this.#after(1 + this.#random() * 5, () => {
      const id = originId(peer);
      if (this.#isCut(node.origin, peer) || node.connections.get(id) !== connection) return;
      node.connections.delete(id);
      this.handle(node, { kind: 'link-down', peer });
    });
  }

  #isCut(a: Origin, b: Origin): boolean {
    return this.#cuts.has(pair(a.node, b.node));
  }

  #after(delayMs: number, run: () => void): void {
    const entry = { atMs: this.nowMs + delayMs, order: this.#order++, run };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#queue[middle];
      if (other && other.atMs <= entry.atMs) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, entry);
  }
}

function pair(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
