import type { DiscoveredNode, SelfAnnouncement } from '@hearsay/spi';
import { DEAD_WINDOWS, discoveredNodeOf, NODES_MAX } from '../node-row.js';
import type { SqliteStatement } from '../sqlite.js';

/**
 * Where nodes say how they can be reached. Ages are wall-clock differences, to either side, since
 * another machine's clock may be ahead; they decide who is tried first, never what is sound.
 */
export class NodeRows {
  readonly #announce: SqliteStatement;
  readonly #withdraw: SqliteStatement;
  readonly #recent: SqliteStatement;
  readonly #forget: SqliteStatement;

  constructor(prepared: (sql: string) => SqliteStatement, p: string) {
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
      const node = discoveredNodeOf(row['node'], row['epoch'], row['addresses']);
      if (node) nodes.push(node);
    }
    return nodes;
  }
}
