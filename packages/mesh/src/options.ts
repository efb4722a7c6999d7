import { ConfigInvalidError } from '@hearsay/spi';
import { type Address, isLoopback, parseAddress } from './address.js';
import { ClusterKey } from './cluster-key.js';
import { ClusterKeyRequiredError } from './errors.js';

/** What the frames leave by: a stream to every member, gossipsub, or whichever suits the view's size. */
export type Medium = 'auto' | 'direct' | 'gossipsub';

export interface MeshTransportOptions {
  /** `host:port` to listen on; port 0 takes a free one. Default `127.0.0.1:0`. */
  readonly listen?: string;
  /** What others shall dial where that differs from what is listened on (NAT, relays, containers). */
  readonly announce?: readonly string[];
  /** Static addresses to dial, this node's own among them or not. */
  readonly peers?: readonly string[];
  /** 64 hex digits, the same on all members. Required to listen beyond loopback. */
  readonly clusterKey?: string;
  /** Default `auto`: direct up to 32 members. */
  readonly medium?: Medium;
  /** `false` only to show what repair is worth. */
  readonly repair?: boolean;
  /** Bytes that may wait for one slow peer before it is marked "needs sync"; default 1 MiB. */
  readonly sendQueueBytesMax?: number;
  /** 1 … 4,096; default 512. */
  readonly connectionsMax?: number;
}

export interface MeshConfig {
  readonly listen: Address;
  readonly announce: readonly Address[];
  readonly peers: readonly Address[];
  readonly key: ClusterKey;
  readonly medium: Medium;
  readonly repair: boolean;
  readonly sendQueueBytesMax: number;
  readonly connectionsMax: number;
}

const MEDIA: readonly Medium[] = ['auto', 'direct', 'gossipsub'];

/**
 * @throws {ConfigInvalidError} names the field
 * @throws {ClusterKeyInvalidError} @throws {ClusterKeyRequiredError}
 */
export function meshConfig(options: MeshTransportOptions): MeshConfig {
  const listen = parseAddress(options.listen ?? '127.0.0.1:0', 'mesh.listen');
  const medium = options.medium ?? 'auto';
  if (!MEDIA.includes(medium))
    throw new ConfigInvalidError(`mesh.medium "${medium}" is unknown: use ${MEDIA.join(', ')}`);
  const key = new ClusterKey(options.clusterKey);
  if (options.clusterKey === undefined && !isLoopback(listen))
    throw new ClusterKeyRequiredError(
      `mesh.listen ${listen.host} is not loopback: set mesh.clusterKey (openssl rand -hex 32) on every member`,
    );
  return {
    listen,
    announce: (options.announce ?? []).map((text) => parseAddress(text, 'mesh.announce')),
    peers: (options.peers ?? []).map((text) => parseAddress(text, 'mesh.peers')),
    key,
    medium,
    repair: options.repair ?? true,
    sendQueueBytesMax: whole(
      options.sendQueueBytesMax ?? 1_048_576,
      'mesh.sendQueueBytesMax',
      65_536,
      2 ** 30,
    ),
    connectionsMax: whole(options.connectionsMax ?? 512, 'mesh.connectionsMax', 1, 4096),
  };
}

function whole(value: number, what: string, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new ConfigInvalidError(`${what} ${value} is out of range: use ${min} to ${max}`);
  return value;
}
