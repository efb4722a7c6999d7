import type { SeededRandom } from '@hearsay/testkit';
import type { Settings } from './settings.ts';
import type { Topology } from './topology.ts';

/** Heartbeats with all links there, until a mesh must have settled. */
const HEARTBEATS_MAX = 50;
/** What a handshake takes of the processor at either end (docs/PERFORMANCE.md): links come one by one. */
const HANDSHAKE_MS = 12.5;

type MeshSettings = Pick<Settings, 'D' | 'Dlo' | 'Dhi' | 'Dscore' | 'Dout' | 'gossipHeartbeatMs'>;

/**
 * gossipsub's mesh: who forwards to whom. It grows as in the library: at its heartbeat a node with
 * fewer than Dlo neighbours grafts until it has D, one with more than Dhi prunes down to D, and each
 * wants Dout whom it dialled itself. Links come up one after another while this goes on. Scores are
 * all equal, as with the options of production.
 *
 * Source: heartbeat() and handleGraft() of @libp2p/gossipsub 17.1.1.
 */
export class GossipMesh {
  readonly #topology: Topology;
  readonly #settings: MeshSettings;
  readonly #random: SeededRandom;
  readonly #neighbours: Set<number>[];
  readonly #backedOff: Set<number>[];
  readonly #lists: number[][];
  readonly #salt: number;
  /** Share of the links that are up. */
  #linked = 0;
  #changed = false;

  /** @param linksUpMs in which all links come up */
  constructor(
    topology: Topology,
    settings: MeshSettings,
    random: SeededRandom,
    linksUpMs = topology.degree(0) * HANDSHAKE_MS,
  ) {
    this.#topology = topology;
    this.#settings = settings;
    this.#random = random;
    this.#salt = Math.floor(random.next() * 2 ** 32);
    this.#neighbours = Array.from({ length: topology.nodes }, () => new Set());
    this.#backedOff = Array.from({ length: topology.nodes }, () => new Set());
    this.#grow(Math.ceil(linksUpMs / settings.gossipHeartbeatMs));
    this.#lists = this.#neighbours.map((all) => [...all]);
  }

  of(node: number): readonly number[] {
    return this.#lists[node] as number[];
  }

  get meanDegree(): number {
    return this.#lists.reduce((sum, list) => sum + list.length, 0) / this.#lists.length;
  }

  /** @param beats in which all links come up */
  #grow(beats: number): void {
    const { nodes } = this.#topology;
    const order = shuffled(
      Array.from({ length: nodes }, (_, node) => node),
      this.#random,
    );
    for (let beat = 1; beat <= beats + HEARTBEATS_MAX; beat++) {
      this.#changed = false;
      this.#linked = Math.min(1, beat / Math.max(1, beats));
      for (const node of order) this.#heartbeat(node);
      if (!this.#changed && beat > beats) break;
    }
  }

  #heartbeat(node: number): void {
    const { D, Dlo, Dhi, Dout } = this.#settings;
    const { size } = this.#set(node);
    if (size < Dlo) this.#graft(node, D - size, () => true);
    if (size > Dhi) this.#prune(node);
    let dialled = 0;
    for (const peer of this.#set(node)) if (this.#dialled(node, peer)) dialled++;
    if (this.#set(node).size >= Dlo && dialled < Dout)
      this.#graft(node, Dout - dialled, (peer) => this.#dialled(node, peer));
  }

  #graft(node: number, count: number, isWanted: (peer: number) => boolean): void {
    for (const peer of this.#candidates(node, count, isWanted)) {
      this.#changed = true;
      if (this.#set(peer).size >= this.#settings.Dhi && !this.#dialled(peer, node)) {
        this.#backOff(node, peer);
      } else {
        this.#set(node).add(peer);
        this.#set(peer).add(node);
      }
    }
  }

  /** Random places until enough fit; where few are left, all in random order. */
  #candidates(node: number, count: number, isWanted: (peer: number) => boolean): number[] {
    const found = new Set<number>();
    const degree = this.#topology.degree(node);
    const fits = (peer: number) =>
      !this.#set(node).has(peer) &&
      !this.#backedOff[node]?.has(peer) &&
      this.#isUp(node, peer) &&
      isWanted(peer);
    for (let tries = 0; tries < 20 * count && found.size < count; tries++) {
      const peer = this.#topology.peer(node, Math.floor(this.#random.next() * degree));
      if (fits(peer)) found.add(peer);
    }
    if (found.size === count) return [...found];
    const all = Array.from({ length: degree }, (_, place) => this.#topology.peer(node, place));
    return shuffled(all.filter(fits), this.#random).slice(0, count);
  }

  #prune(node: number): void {
    const { D, Dscore, Dout } = this.#settings;
    const all = [...this.#set(node)];
    const best = all.slice(0, Dscore);
    const order = [...best, ...shuffled(all.slice(Dscore), this.#random)];
    const kept = order.slice(0, D);
    const dialled = kept.filter((peer) => this.#dialled(node, peer)).length;
    const more = order.slice(D).filter((peer) => this.#dialled(node, peer));
    const extra = more.slice(0, Math.max(0, Dout - dialled));
    const final = new Set([...extra, ...kept].slice(0, D));
    for (const peer of all) if (!final.has(peer)) this.#backOff(node, peer);
    this.#changed = true;
  }

  #backOff(node: number, peer: number): void {
    this.#set(node).delete(peer);
    this.#set(peer).delete(node);
    this.#backedOff[node]?.add(peer);
    this.#backedOff[peer]?.add(node);
  }

  #isUp(node: number, peer: number): boolean {
    return this.#pair(node, peer) / 2 ** 32 < this.#linked;
  }

  /** Either may have been first. */
  #dialled(node: number, peer: number): boolean {
    return (this.#pair(node, peer) & 1) === (node < peer ? 1 : 0);
  }

  /** 32 bits that belong to the two. */
  #pair(node: number, peer: number): number {
    const low = Math.imul(Math.min(node, peer) + 1, 0x9e3779b1);
    let bits = low ^ Math.imul(Math.max(node, peer) + 1, 0x85ebca77) ^ this.#salt;
    // The finaliser of MurmurHash3 (Appleby).
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return (bits ^ (bits >>> 16)) >>> 0;
  }

  #set(node: number): Set<number> {
    return this.#neighbours[node] as Set<number>;
  }
}

function shuffled<Item>(items: Item[], random: SeededRandom): Item[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [items[i], items[j]] = [items[j] as Item, items[i] as Item];
  }
  return items;
}
