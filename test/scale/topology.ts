import type { SeededRandom } from '@hearsay/testkit';

/**
 * Who is linked to whom. Production links everyone to everyone; a smaller number of links is a
 * what-if, each node dialling half of them at random. Each end of a link has a cell of its own, for
 * what a node remembers of it.
 */
export class Topology {
  readonly nodes: number;
  /** Where each node's links begin among all; `undefined` where everyone is linked to everyone. */
  readonly #starts: Int32Array | undefined;
  readonly #peers: Int32Array;

  /** @param links of each node, on average; `nodes − 1` or more: everyone */
  constructor(nodes: number, links: number, random: SeededRandom) {
    this.nodes = nodes;
    if (links >= nodes - 1) {
      this.#peers = new Int32Array(0);
      return;
    }
    const linked = Array.from({ length: nodes }, () => new Set<number>());
    const wanted = Math.ceil((nodes * links) / 2);
    for (let made = 0; made < wanted; ) {
      const a = made % nodes;
      const b = Math.floor(random.next() * nodes);
      if (a === b || linked[a]?.has(b)) continue;
      linked[a]?.add(b);
      linked[b]?.add(a);
      made++;
    }
    this.#starts = new Int32Array(nodes + 1);
    this.#peers = new Int32Array(2 * wanted);
    for (const [node, peers] of linked.entries()) {
      const start = this.#starts[node] as number;
      this.#peers.set(Int32Array.from(peers).sort(), start);
      this.#starts[node + 1] = start + peers.size;
    }
  }

  /** How many ends all links have. */
  get cells(): number {
    return this.#starts ? this.#peers.length : this.nodes * (this.nodes - 1);
  }

  degree(node: number): number {
    if (!this.#starts) return this.nodes - 1;
    return (this.#starts[node + 1] as number) - (this.#starts[node] as number);
  }

  /** @param place 0 … degree − 1 */
  peer(node: number, place: number): number {
    if (this.#starts) return this.#peers[(this.#starts[node] as number) + place] as number;
    return place < node ? place : place + 1;
  }

  /** The end of the link from `node` to its peer `peer`. */
  cell(node: number, peer: number): number {
    if (!this.#starts) return node * (this.nodes - 1) + (peer < node ? peer : peer - 1);
    let low = this.#starts[node] as number;
    let high = (this.#starts[node + 1] as number) - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#peers[middle] as number) < peer) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
