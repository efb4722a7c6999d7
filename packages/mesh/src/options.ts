import { MESH_DEFAULTS, MESSAGE_LIMITS, metadataProblem } from '@hearsay/protocol';
import { ConfigInvalidError, checkFields, type MemberMetadata } from '@hearsay/spi';
import { ADMISSION_LIMITS } from '@hearsay/wire';
import { type Address, isLoopback, parseAddress } from './address.js';
import { DIALECT, type Dialect } from './dialect.js';
import {
  type DiscoveryConfig,
  type DiscoveryOptions,
  discoveryConfig,
} from './discovery/discovery-options.js';
import { ClusterKeyRequiredError } from './errors.js';
import { Keyring } from './keyring.js';

/** What the frames leave by: a stream to every member, gossipsub, or whichever suits the view's size. */
export type Medium = 'auto' | 'direct' | 'gossipsub';

export interface MeshTransportOptions extends DiscoveryOptions {
  /** `host:port` to listen on; port 0 takes a free one. Default `127.0.0.1:0`. */
  readonly listen?: string;
  /**
   * What others shall dial where that differs from what is listened on (NAT, relays, containers).
   * `false`: nobody can dial this node, which dials others.
   */
  readonly announce?: readonly string[] | false;
  /** 64 hex digits, the same on all members. Required to listen beyond loopback. */
  readonly clusterKey?: string;
  /** In place of `clusterKey` while keys are rotated: 1 … 8 keys, the primary one first. */
  readonly clusterKeys?: readonly string[];
  /** What all members shall know of this one, live: at most 16 short entries. */
  readonly metadata?: MemberMetadata;
  /** Default `auto`: direct up to 32 members. */
  readonly medium?: Medium;
  /** `false` only to show what repair is worth. */
  readonly repair?: boolean;
  /** Bytes that may wait for one slow peer before it is marked "needs sync"; default 1 MiB. */
  readonly sendQueueBytesMax?: number;
  /** In both directions, admitted or not: 1 … 4,096; default 1,024. */
  readonly connectionsMax?: number;
  /** Connections from others that are not admitted yet: 1 … 4,096; default 64. */
  readonly admissionsPendingMax?: number;
  /** Handshakes that one address may waste at once, and one more a second: 1 … 4,096; default 16. */
  readonly failuresPerAddressMax?: number;
  /** Members that are linked at once: 1 … 4,096; default 512. */
  readonly membersMax?: number;
  /**
   * Processes whose events are kept track of, those of the last 20 minutes included: 1,024 … 65,536;
   * default 16,384. With more, those that were silent for longest are let go of before their time.
   */
  readonly originsMax?: number;
  /** Streams that one peer may have open towards this node: 4 … 64; default 8. */
  readonly streamsPerPeerMax?: number;
  /** The longest frame that is taken from a member: 524,288 … 1,048,576; default 1,048,576. */
  readonly frameBytesMax?: number;
}

export interface MeshConfig {
  readonly listen: Address;
  /** `undefined`: what is listened on. */
  readonly announce: readonly Address[] | undefined;
  readonly discovery: DiscoveryConfig;
  readonly keyring: Keyring;
  readonly metadata: MemberMetadata;
  readonly medium: Medium;
  readonly repair: boolean;
  readonly sendQueueBytesMax: number;
  readonly connectionsMax: number;
  readonly admissionsPendingMax: number;
  readonly failuresPerAddressMax: number;
  readonly membersMax: number;
  readonly originsMax: number;
  readonly streamsPerPeerMax: number;
  readonly frameBytesMax: number;
  readonly dialect: Dialect;
}

const FIELDS: Record<keyof MeshTransportOptions, true> = {
  listen: true,
  announce: true,
  clusterKey: true,
  clusterKeys: true,
  metadata: true,
  medium: true,
  repair: true,
  peers: true,
  dns: true,
  mdns: true,
  redialMsMax: true,
  dialsMax: true,
  sendQueueBytesMax: true,
  connectionsMax: true,
  admissionsPendingMax: true,
  failuresPerAddressMax: true,
  membersMax: true,
  originsMax: true,
  streamsPerPeerMax: true,
  frameBytesMax: true,
};

/** No honest member sends longer frames with its default limits. */
const FRAME_BYTES_MAX_MIN = 524_288;

const MEDIA: readonly Medium[] = ['auto', 'direct', 'gossipsub'];

/**
 * @throws {ConfigInvalidError} names the field
 * @throws {ClusterKeyInvalidError} @throws {ClusterKeyRequiredError}
 */
export function meshConfig(options: MeshTransportOptions): MeshConfig {
  checkFields(options, 'mesh.', FIELDS);
  const listen = parseAddress(options.listen ?? '127.0.0.1:0', 'mesh.listen');
  const medium = options.medium ?? 'auto';
  if (!MEDIA.includes(medium))
    throw new ConfigInvalidError(`mesh.medium "${medium}" is unknown: use ${MEDIA.join(', ')}`);
  const keyring = keyringOf(options);
  if (keyring.list().length === 0 && !isLoopback(listen))
    throw new ClusterKeyRequiredError(
      `mesh.listen ${listen.host} is not loopback: set mesh.clusterKey (openssl rand -hex 32) on every member`,
    );
  return {
    listen,
    announce: announced(options),
    discovery: discoveryConfig(options),
    keyring,
    metadata: metadataOf(options),
    medium,
    repair: options.repair ?? true,
    sendQueueBytesMax: whole(
      options.sendQueueBytesMax ?? 1_048_576,
      'mesh.sendQueueBytesMax',
      65_536,
      2 ** 30,
    ),
    connectionsMax: whole(options.connectionsMax ?? 1024, 'mesh.connectionsMax', 1, 4096),
    admissionsPendingMax: whole(
      options.admissionsPendingMax ?? 64,
      'mesh.admissionsPendingMax',
      1,
      4096,
    ),
    failuresPerAddressMax: whole(
      options.failuresPerAddressMax ?? 16,
      'mesh.failuresPerAddressMax',
      1,
      4096,
    ),
    membersMax: whole(options.membersMax ?? 512, 'mesh.membersMax', 1, 4096),
    originsMax: whole(
      options.originsMax ?? MESH_DEFAULTS.originsMax,
      'mesh.originsMax',
      1024,
      65_536,
    ),
    streamsPerPeerMax: whole(options.streamsPerPeerMax ?? 8, 'mesh.streamsPerPeerMax', 4, 64),
    frameBytesMax: whole(
      options.frameBytesMax ?? MESSAGE_LIMITS.frameBytesMax,
      'mesh.frameBytesMax',
      FRAME_BYTES_MAX_MIN,
      MESSAGE_LIMITS.frameBytesMax,
    ),
    dialect: DIALECT,
  };
}

function announced({ announce }: MeshTransportOptions): readonly Address[] | undefined {
  if (announce === false) return [];
  if (announce === undefined || announce.length === 0) return undefined;
  return announce.map((text) => parseAddress(text, 'mesh.announce'));
}

function metadataOf({ metadata = {} }: MeshTransportOptions): MemberMetadata {
  const problem = metadataProblem(metadata);
  if (problem !== undefined) throw new ConfigInvalidError(`mesh.metadata: ${problem}`);
  return metadata;
}

function keyringOf({ clusterKey, clusterKeys }: MeshTransportOptions): Keyring {
  if (clusterKeys === undefined) return new Keyring(clusterKey === undefined ? [] : [clusterKey]);
  if (clusterKey !== undefined)
    throw new ConfigInvalidError('mesh.clusterKey and mesh.clusterKeys are both set: use one');
  const { length } = clusterKeys;
  whole(length, 'the number of mesh.clusterKeys', 1, ADMISSION_LIMITS.keyIdsMax);
  return new Keyring(clusterKeys);
}

function whole(value: number, what: string, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new ConfigInvalidError(`${what} ${value} is out of range: use ${min} to ${max}`);
  return value;
}
