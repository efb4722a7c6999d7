import type { SeededRandom } from '@hearsay/testkit';
import type { Deliveries } from './deliveries.ts';
import type { GossipMesh } from './gossip-mesh.ts';
import type { MessageSizes } from './message-sizes.ts';
import { type Network, numberOf } from './network.ts';
import type { Parts } from './parts.ts';
import type { Publications } from './publications.ts';
import type { Settings } from './settings.ts';
import type { Topology } from './topology.ts';

const EVENT = numberOf('event');
const GOSSIP = numberOf('gossip');
const IHAVE = numberOf('ihave');
const IWANT = numberOf('iwant');

/** How events spread: over every link at once, or by gossipsub. */
export class Spread {
  readonly #network: Network;
  readonly #topology: Topology;
  readonly #publications: Publications;
  readonly #deliveries: Deliveries;
  readonly #settings: Settings;
  readonly #sizes: MessageSizes;
  readonly #random: SeededRandom;
  readonly #mesh: GossipMesh | undefined;
  /** Per node and event, the hops after which gossipsub brought it, 1 more; 0: it did not yet. */
  readonly #seen: Uint8Array;
  /** Per node, by its heartbeats, newest first: what it may still tell of and supply. */
  readonly #windows: number[][][];
  /** Copies on their way. */
  inFlight = 0;

  /** @param mesh `undefined`: over every link at once */
  constructor(parts: Parts, random: SeededRandom, mesh: GossipMesh | undefined) {
    const { network, topology, publications, deliveries, settings, sizes } = parts;
    this.#network = network;
    this.#topology = topology;
    this.#publications = publications;
    this.#deliveries = deliveries;
    this.#settings = settings;
    this.#sizes = sizes;
    this.#random = random;
    this.#mesh = mesh;
    const { nodes } = topology;
    this.#seen = new Uint8Array(mesh ? nodes * publications.count : 0);
    this.#windows = this.isLazy ? Array.from({ length: nodes }, () => [[]]) : [];
  }

  /** Whether nodes tell others at their heartbeats what they have. */
  get isLazy(): boolean {
    return this.#mesh !== undefined && this.#settings.mcacheGossip > 0;
  }

  publish(event: number): void {
    const { node } = this.#publications.get(event);
    this.#deliveries.published(event);
    if (!this.#mesh) this.#toAll(EVENT, node, event, this.#sizes.event, 0);
    else {
      this.#remember(node, event, 0);
      if (this.#settings.floodPublish > 0) this.#toAll(GOSSIP, node, event, this.#sizes.gossip, 1);
      else this.#forward(node, event, 1, -1);
    }
  }

  event(node: number, event: number): void {
    this.inFlight--;
    this.#deliveries.arrived(node, event, 1);
  }

  gossip(node: number, from: number, event: number, hops: number): void {
    this.inFlight--;
    this.#deliveries.arrived(node, event, hops);
    if (this.#hasSeen(node, event)) return;
    this.#remember(node, event, hops);
    this.#forward(node, event, hops + 1, from);
  }

  /** The lazy part of gossipsub: ids of the last heartbeats to some who are no neighbours. */
  offer(node: number): void {
    const { mcacheGossip, mcacheLength, Dlazy, gossipFactor } = this.#settings;
    const windows = this.#windows[node] as number[][];
    const events = windows.slice(0, mcacheGossip).flat();
    if (events.length > 0) {
      const others = this.#topology.degree(node) - this.#neighbours(node).length;
      const count = Math.min(others, Math.max(Dlazy, Math.floor(gossipFactor * others)));
      for (const peer of this.#notNeighbours(node, count))
        this.#network.sendList(IHAVE, node, peer, this.#sizes.ids(events.length), events);
    }
    windows.unshift([]);
    windows.length = Math.min(windows.length, mcacheLength);
  }

  offered(node: number, from: number, events: readonly number[]): void {
    const wanted = events.filter((event) => !this.#hasSeen(node, event));
    if (wanted.length > 0)
      this.#network.sendList(IWANT, node, from, this.#sizes.ids(wanted.length), wanted);
  }

  wanted(node: number, from: number, events: readonly number[]): void {
    const held = new Set((this.#windows[node] as number[][]).flat());
    for (const event of events)
      if (held.has(event)) this.#send(GOSSIP, node, from, event, this.#hopsOf(node, event) + 1, 0);
  }

  #toAll(kind: number, node: number, event: number, bytes: number, hops: number): void {
    const degree = this.#topology.degree(node);
    for (let place = 0; place < degree; place++) {
      const peer = this.#topology.peer(node, place);
      if (this.#network.send(kind, node, peer, bytes, event, hops, place)) this.inFlight++;
    }
  }

  #forward(node: number, event: number, hops: number, except: number): void {
    let place = 0;
    for (const peer of this.#neighbours(node))
      if (peer !== except) this.#send(GOSSIP, node, peer, event, hops, place++);
  }

  #send(kind: number, from: number, to: number, event: number, hops: number, place: number): void {
    if (this.#network.send(kind, from, to, this.#sizes.gossip, event, hops, place)) this.inFlight++;
  }

  #remember(node: number, event: number, hops: number): void {
    this.#seen[node * this.#publications.count + event] = hops + 1;
    this.#windows[node]?.[0]?.push(event);
  }

  #hasSeen(node: number, event: number): boolean {
    return this.#hopsOf(node, event) >= 0;
  }

  #hopsOf(node: number, event: number): number {
    return (this.#seen[node * this.#publications.count + event] as number) - 1;
  }

  #neighbours(node: number): readonly number[] {
    return this.#mesh?.of(node) ?? [];
  }

  #notNeighbours(node: number, count: number): Set<number> {
    const degree = this.#topology.degree(node);
    const neighbours = this.#neighbours(node);
    const chosen = new Set<number>();
    while (chosen.size < count) {
      const peer = this.#topology.peer(node, Math.floor(this.#random.next() * degree));
      if (!neighbours.includes(peer)) chosen.add(peer);
    }
    return chosen;
  }
}
