import type { ClusterKeyring } from '@hearsay/mesh';
import type {
  CacheInvalidationTransport,
  Clock,
  DiscoveryProvider,
  Logger,
  Origin,
} from '@hearsay/spi';
import type { NodeAdmin } from './admin-node.js';
import type { HearsayOptions } from './options.js';
import type { VersionLog } from './version-log.js';

/** What a node is made of, checked and opened. @internal */
export interface Parts {
  readonly self: Origin;
  readonly log: VersionLog | undefined;
  /** Whether closing the node closes the log. */
  readonly ownsLog: boolean;
  readonly poll: HearsayOptions['poll'];
  readonly prune: HearsayOptions['prune'];
  readonly transport: CacheInvalidationTransport | undefined;
  readonly keyring: ClusterKeyring | undefined;
  readonly discovery: readonly DiscoveryProvider[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Set when this node lets itself be looked into. */
  readonly admin: NodeAdmin | undefined;
}
