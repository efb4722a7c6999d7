import type { StatementSync } from 'node:sqlite';
import {
  type DiscoveredNode,
  type Epoch,
  LIMITS,
  nodeNameOf,
  type SelfAnnouncement,
} from '@hearsay/spi';

/** Nodes that one discovery returns, the latest renewed first. */
export const NODES_MAX = 1024;
/** Rows that are this many windows old belong to nobody. */
const DEAD_WINDOWS = 10;

const EPOCH = /^[0-9a-f]{16}$/;

/**
 * Where nodes say how they can be reached. Ages are wall-clock differences, to either side, since
 * another machine's clock may be ahead; they decide who is tried first, never what is sound.
 */
export class NodeRows {
  readonly #announce: StatementSync;
  readonly #withdraw: StatementSync;
  readonly #recent: StatementSync;
  readonly #forget: StatementSync;

  constructor(prepared: (sql: string) => StatementSync, p: string) {
    this.#announce = prepared(
      `INSERT INTO ${p}node (node, epoch, addresses, renewed_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (node, epoch) DO UPDATE
       SET addresses = excluded.addresses, renewed_at = excluded.renewed_at`,
    );
    this.#withdraw = prepared(`DELETE FROM ${p}node WHERE node = ? AND epoch = ?`);
    this.#recent = prepared(
      `SELECT node, epoch, addresses FROM ${p}node WHERE abs(renewed_at - ?) <= ?
       ORDER BY renewed_at DESC LIMIT ${NODES_MAX}`,
    );
    this.#forget = prepared(`DELETE FROM ${p}node WHERE abs(renewed_at - ?) > ?`);
  }

  /** Renews a node's own row and drops those of the long dead. */
  announce(self: SelfAnnouncement, nowMs: number, windowMs: number): void {
    this.#announce.run(self.node, self.epoch, JSON.stringify(self.addresses), nowMs);
    this.#forget.run(nowMs, DEAD_WINDOWS * windowMs);
  }

  withdraw(self: SelfAnnouncement): void {
    this.#withdraw.run(self.node, self.epoch);
  }

  /** Rows that no node of ours can have written are left out. */
  recent(nowMs: number, windowMs: number): DiscoveredNode[] {
    const nodes: DiscoveredNode[] = [];
    for (const row of this.#recent.all(nowMs, windowMs)) {
      const node = discoveredNode(String(row['node']), String(row['epoch']), row['addresses']);
      if (node) nodes.push(node);
    }
    return nodes;
  }
}

function discoveredNode(name: string, epoch: string, json: unknown): DiscoveredNode | undefined {
  try {
    const addresses: unknown = JSON.parse(String(json));
    if (!EPOCH.test(epoch) || !areAddresses(addresses)) return undefined;
    return { node: nodeNameOf(name), epoch: epoch as Epoch, addresses };
  } catch {
    return undefined;
  }
}

/** Whether this is a list of addresses within the limits; not whether they lead anywhere. */
export function areAddresses(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= LIMITS.addressesPerNodeMax &&
    value.every(
      (address) =>
        typeof address === 'string' &&
        address.length >= 1 &&
        address.length <= LIMITS.addressCharsMax,
    )
  );
}
