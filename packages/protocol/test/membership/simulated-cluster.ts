import { type Origin, originId } from '@hearsay/spi';
import type { MembershipEffect } from '../../src/membership/effect.js';
import type { MembershipInput } from '../../src/membership/input.js';
import type { Evidence } from '../../src/membership/member.js';
import type { MembershipMessage } from '../../src/membership/message.js';
import type { MembershipOptions } from '../../src/membership/options.js';
import { seeded } from '../mesh/random.js';
import { Agenda } from './agenda.js';
import { SimulatedNode } from './simulated-node.js';

export interface Network {
  /** Share of messages that vanish, 0 … 1; also of attempts to dial. */
  readonly loss: number;
  /** Every message takes 1 ms up to this; two of one link may overtake each other. */
  readonly delayMaxMs: number;
  /** What a dial with its handshake takes at most. */
  readonly dialMaxMs: number;
  /** How late a timer may come: the lag of every event loop. */
  readonly timerLateMaxMs: number;
}

export const QUIET: Network = { loss: 0, delayMaxMs: 3, dialMaxMs: 60, timerLateMaxMs: 8 };

/** A driver that asks discovery this often, and dials whoever is not linked. */
const DISCOVER_MS = 1_500;
/** A driver drops a link whose peer has not answered for this long, or for a round and a second. */
const SILENT_MS = 2_000;

/**
 * Membership machines with the simplest driver, over a network that exists only here. Links are
 * connections of two ends that may disagree: an end that is cut off keeps its own until it drops it
 * for silence. One seed, one course.
 */
export class SimulatedCluster {
  readonly nodes = new Map<string, SimulatedNode>();
  /** Former lives too. */
  readonly lives: SimulatedNode[] = [];
  network: Network = QUIET;
  discovery = true;
  nowMs = 1_000;
  messages = 0;
  readonly #options: Partial<MembershipOptions>;
  readonly #random: () => number;
  readonly #agenda = new Agenda();
  readonly #cut = new Set<string>();
  readonly #dialling = new Set<string>();
  #connection = 0;

  constructor(seed: number, options: Partial<MembershipOptions> = {}) {
    this.#random = seeded(seed);
    this.#options = options;
  }

  get members(): SimulatedNode[] {
    return [...this.nodes.values()].filter((node) => node.isMember);
  }

  node(name: string): SimulatedNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  /** Starts a node, or starts it again with a new epoch and address. */
  start(name: string): SimulatedNode {
    if (this.nodes.get(name)?.running) this.kill(name);
    const life = this.lives.filter((node) => node.name === name).length + 1;
    const node = new SimulatedNode(name, life, this.nowMs, this.#options);
    this.nodes.set(name, node);
    this.lives.push(node);
    this.#tickLater(node);
    if (this.discovery) this.#discover(node);
    return node;
  }

  /** A second process of the name: the first one goes on. */
  startTwin(name: string): SimulatedNode {
    const first = this.node(name);
    this.nodes.delete(name);
    this.nodes.set(`${name} (first)`, first);
    return this.start(name);
  }

  /** The kernel closes the process's sockets, and refuses who dials. */
  kill(name: string): void {
    const node = this.node(name);
    node.running = false;
    node.waiting.length = 0;
    for (const { peer, connection } of node.connections.values())
      this.#closeAtPeer(node, originId(peer), connection);
  }

  /** The host loses its power: no kernel is left to close or refuse anything. */
  vanish(name: string): SimulatedNode {
    const node = this.node(name);
    node.running = false;
    node.vanished = true;
    return node;
  }

  /** One dials the other, as if it was the only address that it was given. */
  introduce(name: string, to: string): void {
    this.#dial(this.node(name), this.node(to).id);
  }

  leave(name: string): void {
    const node = this.node(name);
    this.handle(node, { kind: 'leave' });
    node.left = true;
    this.#agenda.add(this.nowMs + 50, () => {
      if (node.running) this.kill(name);
    });
  }

  /** The process stands still: SIGSTOP, or a blocked event loop. Its kernel goes on. */
  freeze(name: string): void {
    this.node(name).frozen = true;
  }

  thaw(name: string): void {
    const node = this.node(name);
    node.frozen = false;
    for (const act of node.waiting.splice(0)) act();
    if (node.isMember) this.#tick(node);
  }

  /** Nothing comes through from one to the other. */
  cutOneWay(from: string, to: string): void {
    this.#cut.add(`${from}>${to}`);
  }

  cut(a: string, b: string): void {
    this.cutOneWay(a, b);
    this.cutOneWay(b, a);
  }

  split(left: readonly string[], right: readonly string[]): void {
    for (const a of left) for (const b of right) this.cut(a, b);
  }

  heal(): void {
    this.#cut.clear();
  }

  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    while (this.#agenda.nextMs <= endMs) {
      const next = this.#agenda.take();
      if (!next) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = endMs;
  }

  /** @returns how long it took, in steps of 20 ms; `undefined` when it did not come about */
  runUntil(condition: () => boolean, withinMs: number): number | undefined {
    for (let ms = 0; ms <= withinMs; ms += 20) {
      if (condition()) return ms;
      this.run(20);
    }
    return undefined;
  }

  /** Whether all members see exactly the members, and by their hash. */
  agrees(): boolean {
    const { members } = this;
    const ids = members.map((node) => node.id).sort();
    const hash = members[0]?.machine.viewHash();
    return members.every(
      (node) =>
        node.machine.viewHash() === hash &&
        node.view.length === ids.length &&
        node.view.every((id) => ids.includes(id)),
    );
  }

  /** Whether nobody is suspected either. */
  isCalm(): boolean {
    return (
      this.agrees() &&
      this.members.every((node) => node.machine.members().every(({ state }) => state !== 'suspect'))
    );
  }

  handle(node: SimulatedNode, input: MembershipInput): void {
    if (!node.isMember) return;
    for (const effect of node.machine.handle(input, this.nowMs)) this.#perform(node, effect);
  }

  #perform(node: SimulatedNode, effect: MembershipEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#send(node, effect.to, effect.message);
        break;
      case 'connect':
        this.#dial(node, originId(effect.member.origin));
        break;
      case 'changed': {
        const { origin, state, reason } = effect.member;
        node.changes.push({ atMs: this.nowMs, origin, before: effect.before, state, reason });
        break;
      }
      case 'refuted':
        node.refutations++;
        break;
      case 'name-conflict':
        node.conflicts.push(`${effect.node}: ${effect.epochs.length}`);
    }
  }

  #send(node: SimulatedNode, to: Origin, message: MembershipMessage): void {
    this.messages++;
    const link = node.connections.get(originId(to));
    if (!link) throw new Error(`${node.id} sends to ${originId(to)} without a link`);
    if (this.#random() < this.network.loss) return;
    const { connection } = link;
    this.#agenda.add(this.#delayed(), () => this.#receive(node, originId(to), connection, message));
  }

  #receive(from: SimulatedNode, toId: string, connection: number, message: MembershipMessage) {
    const to = this.#processOf(toId);
    if (!to?.running || this.#isCut(from, to)) return;
    this.#whenAwake(to, () => {
      const link = to.connections.get(from.id);
      if (link?.connection !== connection) return;
      if (message.kind === 'ack') link.ackAtMs = this.nowMs;
      this.handle(to, { kind: 'message', from: from.origin, message });
    });
  }

  #dial(node: SimulatedNode, targetId: string): void {
    const key = `${node.id}>${targetId}`;
    if (this.#dialling.has(key) || node.connections.has(targetId)) return;
    this.#dialling.add(key);
    const atMs = this.nowMs + 2 + this.#random() * this.network.dialMaxMs;
    this.#agenda.add(atMs, () => {
      this.#dialling.delete(key);
      this.#dialled(node, targetId);
    });
  }

  #dialled(node: SimulatedNode, targetId: string): void {
    const target = this.#processOf(targetId);
    if (!target || !node.isMember || node.frozen || node.connections.has(targetId)) return;
    if (this.#isCut(node, target) || this.#isCut(target, node)) return;
    if (this.#random() < this.network.loss) return;
    if (target.vanished) return;
    if (!target.running) this.handle(node, node.unlinkedInput(target.origin, 'closed'));
    if (!target.isMember || target.frozen) return;
    const connection = ++this.#connection;
    for (const [one, other] of [
      [node, target],
      [target, node],
    ] as const) {
      const before = one.connections.get(other.id);
      if (before) this.handle(one, one.unlinkedInput(other.origin, 'closed'));
      one.connections.set(other.id, { peer: other.origin, connection, ackAtMs: this.nowMs });
    }
    this.handle(node, node.linkedInput(target));
    this.handle(target, target.linkedInput(node));
  }

  #closeAtPeer(node: SimulatedNode, peerId: string, connection: number): void {
    const peer = this.#processOf(peerId);
    if (!peer) return;
    this.#agenda.add(this.#delayed(), () => {
      if (!peer.running || this.#isCut(node, peer)) return;
      this.#whenAwake(peer, () => this.#closed(peer, node.origin, connection, 'closed'));
    });
  }

  #closed(node: SimulatedNode, peer: Origin, connection: number, evidence: Evidence): void {
    if (node.connections.get(originId(peer))?.connection !== connection) return;
    node.connections.delete(originId(peer));
    this.handle(node, node.unlinkedInput(peer, evidence));
  }

  #whenAwake(node: SimulatedNode, act: () => void): void {
    if (node.frozen) node.waiting.push(act);
    else act();
  }

  #tickLater(node: SimulatedNode): void {
    const dueMs = Math.max(this.nowMs + 1, Math.ceil(node.machine.nextDueMs()));
    const atMs = dueMs + Math.floor(this.#random() * this.network.timerLateMaxMs);
    this.#agenda.add(atMs, () => {
      if (!node.isMember) return;
      if (!node.frozen) this.#tick(node);
      this.#tickLater(node);
    });
  }

  #tick(node: SimulatedNode): void {
    const gapMs = this.nowMs - node.tickAtMs;
    node.tickAtMs = this.nowMs;
    const eventLoopDelayMs = Math.max(0, gapMs - 120);
    // An own stall is no silence of the peers.
    if (eventLoopDelayMs > 0)
      for (const link of node.connections.values())
        link.ackAtMs = Math.min(this.nowMs, link.ackAtMs + eventLoopDelayMs);
    this.#dropSilent(node);
    this.handle(node, { kind: 'tick', random: this.#random(), eventLoopDelayMs });
  }

  #dropSilent(node: SimulatedNode): void {
    const silentMs = Math.max(SILENT_MS, node.machine.roundMs() + 1_000);
    for (const [peerId, { peer, connection, ackAtMs }] of node.connections) {
      if (this.nowMs - ackAtMs < silentMs) continue;
      this.#closed(node, peer, connection, 'silent');
      this.#closeAtPeer(node, peerId, connection);
    }
  }

  #discover(node: SimulatedNode): void {
    if (!node.isMember) return;
    if (!node.frozen) for (const other of this.nodes.values()) this.#consider(node, other);
    const pauseMs = DISCOVER_MS * (0.5 + this.#random());
    this.#agenda.add(this.nowMs + pauseMs, () => this.#discover(node));
  }

  #consider(node: SimulatedNode, other: SimulatedNode): void {
    if (other !== node && other.running) this.#dial(node, other.id);
  }

  #processOf(id: string): SimulatedNode | undefined {
    return this.lives.find((node) => node.id === id);
  }

  #isCut(from: SimulatedNode, to: SimulatedNode): boolean {
    return this.#cut.has(`${from.name}>${to.name}`);
  }

  #delayed(): number {
    return this.nowMs + 1 + Math.floor(this.#random() * this.network.delayMaxMs);
  }
}

export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `n${String(i).padStart(2, '0')}`);
}

/** @returns a cluster whose views agree */
export function formed(
  seed: number,
  count: number,
  options: Partial<MembershipOptions> = {},
): SimulatedCluster {
  const cluster = new SimulatedCluster(seed, options);
  for (const name of namesOf(count)) cluster.start(name);
  if (cluster.runUntil(() => cluster.isCalm(), 30_000) === undefined)
    throw new Error(`seed ${seed}: ${count} nodes did not form`);
  cluster.run(2_000);
  return cluster;
}

/** @returns who was declared dead by whom although its process ran, since a time */
export function wronglyBuried(cluster: SimulatedCluster, sinceMs: number): string[] {
  const running = new Set(cluster.lives.filter((life) => life.running).map((life) => life.id));
  return cluster.lives.flatMap((life) =>
    life.changes
      .filter(({ atMs, state, before }) => atMs >= sinceMs && state === 'dead' && before !== 'dead')
      .filter(({ origin }) => running.has(originId(origin)))
      .map(
        ({ atMs, origin, reason }) => `${life.name} buried ${origin.node} at ${atMs}: ${reason}`,
      ),
  );
}
