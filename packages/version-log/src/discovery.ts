import {
  ConfigInvalidError,
  type DiscoveredNode,
  type DiscoveryProvider,
  LIMITS,
  nodeNameOf,
  type SelfAnnouncement,
} from '@hearsay/spi';
import { areAddresses } from './node-row.js';

/** The rows of nodes, as a log keeps them. */
export interface NodeTable {
  /** Renews a node's own row and drops those of the long dead. */
  announce(self: SelfAnnouncement): Promise<void>;
  withdraw(self: SelfAnnouncement): Promise<void>;
  discover(): Promise<readonly DiscoveredNode[]>;
}

/** Nodes that share a version log find each other by its rows. Out of reach, it fails like a poll. */
export class LogDiscovery implements DiscoveryProvider {
  readonly name = 'version-log';
  readonly #table: NodeTable;

  constructor(table: NodeTable) {
    this.#table = table;
  }

  async discover(): Promise<readonly DiscoveredNode[]> {
    return this.#table.discover();
  }

  /** @throws {NameInvalidError} {@link ConfigInvalidError} what others would have to refuse */
  async announce(self: SelfAnnouncement): Promise<void> {
    nodeNameOf(self.node);
    if (!areAddresses(self.addresses))
      throw new ConfigInvalidError(
        `announce 1 to ${LIMITS.addressesPerNodeMax} addresses of at most ${LIMITS.addressCharsMax} characters`,
      );
    await this.#table.announce(self);
  }

  async withdraw(self: SelfAnnouncement): Promise<void> {
    await this.#table.withdraw(self);
  }
}
