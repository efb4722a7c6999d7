import type { Epoch, NodeName } from './words.js';

/** A node as a provider knows it. A static address knows neither name nor epoch (rule M4). */
export interface DiscoveredNode {
  /** `host:port`, at least one. */
  readonly addresses: readonly string[];
  readonly node?: NodeName;
  readonly epoch?: Epoch;
}

/** What a node tells others about itself. */
export interface SelfAnnouncement {
  readonly node: NodeName;
  readonly epoch: Epoch;
  /** `host:port`; what others shall dial, which may differ from what is listened on. */
  readonly addresses: readonly string[];
}

/**
 * One way to find other nodes. Providers stack; none is ever finished: `discover` is called again
 * for as long as the node lives, and the failure of one does not touch the others.
 */
export interface DiscoveryProvider {
  readonly name: string;
  /** @returns every node known now, this one included or not */
  discover(): Promise<readonly DiscoveredNode[]>;
  /** Called at start and every few seconds after; an announcement not renewed for a while may be forgotten. */
  announce?(self: SelfAnnouncement): Promise<void>;
  /** Called once at a graceful stop. */
  withdraw?(self: SelfAnnouncement): Promise<void>;
}
