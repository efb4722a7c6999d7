import { type DiscoveredNode, type NodeName, type Origin, originId } from '@hearsay/spi';

/** Where a dialled address led: to a peer that was admitted, or back to this node. */
export type Destination = Origin | 'self';

/** A linked peer with the addresses, `host:port`, that it announces. */
export interface LinkedPeer {
  readonly peer: Origin;
  readonly addresses: readonly string[];
}

/** A name may be given to another node, so that it led here is not believed for ever. */
const SELF_FOR_MS = 30_000;
const LEARNT_MAX = 4_096;

/** What is known of where addresses lead, by dialling them and by what linked peers announce. */
export class AddressBook {
  #own: ReadonlySet<string> = new Set();
  readonly #linked = new Map<string, Origin>();
  readonly #linkedByName = new Map<NodeName, Origin>();
  readonly #announced = new Map<string, Origin>();
  readonly #learnt = new Map<string, { readonly to: Destination; readonly atMs: number }>();

  /** No peer is linked. */
  get isIsolated(): boolean {
    return this.#linked.size === 0;
  }

  /** Takes in who is linked now; what was learnt of others is forgotten. */
  update(own: readonly string[], links: Iterable<LinkedPeer>, nowMs: number): void {
    this.#own = new Set(own);
    for (const index of [this.#linked, this.#linkedByName, this.#announced]) index.clear();
    for (const { peer, addresses } of links) {
      this.#linked.set(originId(peer), peer);
      this.#linkedByName.set(peer.node, peer);
      for (const address of addresses) this.#announced.set(address, peer);
    }
    for (const [address, { to, atMs }] of this.#learnt) {
      const holds = to === 'self' ? nowMs - atMs < SELF_FOR_MS : this.#linked.has(originId(to));
      if (!holds) this.#learnt.delete(address);
    }
  }

  learn(address: string, to: Destination, nowMs: number): void {
    this.#learnt.delete(address);
    this.#learnt.set(address, { to, atMs: nowMs });
    for (const oldest of this.#learnt.keys()) {
      if (this.#learnt.size <= LEARNT_MAX) return;
      this.#learnt.delete(oldest);
    }
  }

  /** @returns what is certain: this node's own addresses, and where dialling led */
  leadsTo(address: string): Destination | undefined {
    return this.#own.has(address) ? 'self' : this.#learnt.get(address)?.to;
  }

  /**
   * @returns as {@link leadsTo}, or else the linked peer that announces the address. Less certain:
   * hosts apart may announce the same private address.
   */
  seemsToLeadTo(address: string): Destination | undefined {
    return this.leadsTo(address) ?? this.#announced.get(address);
  }

  /** @returns the linked peer that this node is, if any */
  linkedTo({ node, epoch, addresses }: DiscoveredNode): Origin | undefined {
    if (node !== undefined)
      return epoch === undefined
        ? this.#linkedByName.get(node)
        : this.#linked.get(originId({ node, epoch }));
    for (const address of addresses) {
      const to = this.seemsToLeadTo(address);
      if (to !== undefined && to !== 'self') return to;
    }
    return undefined;
  }
}
