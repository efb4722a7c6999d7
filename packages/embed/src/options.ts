import type { AdminOptions } from '@hearsay/admin';
import type { CacheOptions } from '@hearsay/cache';
import type { MeshTransportOptions } from '@hearsay/mesh';
import {
  type CacheInvalidationTransport,
  type Clock,
  ConfigInvalidError,
  checkFields,
  type DiscoveryProvider,
  type Logger,
  type NodeName,
  nodeNameOf,
} from '@hearsay/spi';
import { checkPrune, type PruneOptions } from './pruning.js';
import { checkLog, type LogChoice, type VersionLog } from './version-log.js';

export interface PollOptions {
  /** Between two polls of the log, 1 … 3,600,000; default 1,000. */
  readonly intervalMs?: number;
  /** The same while the transport hears nobody; default 250. */
  readonly isolatedIntervalMs?: number;
  /**
   * Whether this node takes part when members share their polls: with five or more that follow the
   * same log, over a transport that can ask one. Default `true`.
   */
  readonly share?: boolean;
}

export interface HearsayOptions {
  /** A stable name, 1 … 64 letters, digits, `.`, `_`, `-`. No two live processes have the same. */
  readonly node: string;
  /** The version log, in the database that the service already has. Without one every event is a hint. */
  readonly log?: LogChoice | VersionLog;
  /** `false` only to show what polling is worth: the log is then read once per scope. */
  readonly poll?: PollOptions | false;
  /** How much of the log is kept; `false` where something else prunes it. Old rows go by default. */
  readonly prune?: PruneOptions | false;
  /** The embedded mesh; `false` for none. */
  readonly mesh?: (MeshTransportOptions & { readonly discoverByLog?: boolean }) | false;
  /** Another transport in place of the mesh. */
  readonly transport?: CacheInvalidationTransport;
  /** More ways to find peers, beside the static list and the rows of the log. */
  readonly discovery?: readonly DiscoveryProvider[];
  /** Default: pino at level `warn` on stderr. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Lets this node be looked into over HTTP: `{}` for 127.0.0.1:7947. Without it nothing of it is loaded. */
  readonly admin?: AdminOptions;
}

/** What a cache of a node can be told; the node adds scope, clock and freshness. */
export type NodeCacheOptions = Omit<
  CacheOptions,
  'scope' | 'clock' | 'freshness' | 'announce' | 'consistency'
> & {
  /** Default `eventual`. */
  readonly consistency?: CacheOptions['consistency'];
};

const FIELDS: Record<keyof HearsayOptions, true> = {
  node: true,
  log: true,
  poll: true,
  prune: true,
  mesh: true,
  transport: true,
  discovery: true,
  logger: true,
  clock: true,
  admin: true,
};
const POLL_FIELDS: Record<keyof PollOptions, true> = {
  intervalMs: true,
  isolatedIntervalMs: true,
  share: true,
};

/**
 * Checks what the parts do not check themselves.
 * @throws {ConfigInvalidError} names the field
 * @throws {NameInvalidError} the node's name
 */
export function checkOptions(options: HearsayOptions): NodeName {
  checkFields(options, '', FIELDS);
  if (options.poll) checkFields(options.poll, 'poll.', POLL_FIELDS);
  if (options.log !== undefined) checkLog(options.log);
  if (options.transport && options.mesh)
    throw new ConfigInvalidError('options mesh and transport exclude each other: give one');
  if (!options.log && options.mesh === false && !options.transport)
    throw new ConfigInvalidError('without log, mesh and transport a node hears nothing: give one');
  if (options.prune) checkPrune(options.prune);
  return nodeNameOf(options.node);
}
