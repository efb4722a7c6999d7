import {
  type Clock,
  type DiscoveredNode,
  type DiscoveryProvider,
  LIMITS,
  type SelfAnnouncement,
} from '@hearsay/spi';
import type { ComponentLogger, PeerId, PeerInfo } from '@libp2p/interface';
import type { AddressManager } from '@libp2p/interface-internal';
import { type MulticastDNSComponents, mdns } from '@libp2p/mdns';
import type { Multiaddr } from '@multiformats/multiaddr';
import { formatAddress, fromMultiaddr, isLoopback, parseAddress, toMultiaddr } from '../address.js';
import { DiscoveryFailedError } from '../errors.js';
import { RecentlySeen } from './recently-seen.js';

/** Anyone on the network may answer; whoever answers beyond is ignored until others are forgotten. */
const NODES_MAX = 1_024;

const QUERY_EVERY_MS = 5_000;
/** The time to live that the answers carry. A node that fell silent may be cut off and come back. */
const FORGOTTEN_AFTER_MS = 120_000;

export interface MdnsOptions {
  /** Nodes find those of the same service only. */
  readonly service: string;
  readonly peerId: PeerId;
  readonly clock: Clock;
  readonly logger: ComponentLogger;
}

type Service = ReturnType<ReturnType<typeof mdns>> & {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The socket, from start to stop. */
  readonly mdns?: {
    once(event: 'ready', listener: () => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
  };
};

/**
 * Nodes on the same network segment, by multicast DNS (RFC 6762). Opens its socket at the first
 * question and closes it when withdrawn. Only private and loopback IP addresses are told to others:
 * @libp2p/mdns leaves out the rest. Peer IDs are dropped (rule M4): who answers proves who it is.
 */
export class MdnsDiscovery implements DiscoveryProvider {
  readonly name = 'mdns';
  readonly #options: MdnsOptions;
  readonly #seen = new RecentlySeen(NODES_MAX, FORGOTTEN_AFTER_MS);
  #announced: readonly Multiaddr[] = [];
  #service: Service | undefined;
  #withdrawn = false;

  constructor(options: MdnsOptions) {
    this.#options = options;
  }

  /** @throws {DiscoveryFailedError} the socket cannot be had; the next call tries again */
  async discover(): Promise<readonly DiscoveredNode[]> {
    if (!this.#service && !this.#withdrawn) await this.#open();
    return this.#seen.nodes(this.#options.clock.monotonicMs());
  }

  async announce({ addresses }: SelfAnnouncement): Promise<void> {
    const all = addresses.map((text) => parseAddress(text, 'an announced address'));
    // To others a loopback address means themselves.
    const abroad = all.filter((address) => !isLoopback(address));
    const told = abroad.length > 0 ? abroad : all;
    this.#announced = told
      .slice(0, LIMITS.addressesPerNodeMax)
      .map((address) => toMultiaddr(address).encapsulate(`/p2p/${this.#options.peerId}`));
  }

  async withdraw(): Promise<void> {
    this.#withdrawn = true;
    await this.#close();
  }

  async #open(): Promise<void> {
    const { service, logger } = this.#options;
    const addressManager = { getAddresses: () => [...this.#announced] } as Partial<AddressManager>;
    const components = { addressManager, logger } as MulticastDNSComponents;
    const serviceTag = `_${service}._udp.local`;
    const opened = mdns({ serviceTag, interval: QUERY_EVERY_MS })(components) as Service;
    opened.addEventListener('peer', ({ detail }) => this.#heard(detail));
    this.#service = opened;
    try {
      await starts(opened);
    } catch (error) {
      await this.#close();
      const reason = error instanceof Error ? error.message : String(error);
      throw new DiscoveryFailedError(
        `mDNS has no socket (${reason}): free UDP port 5353 or switch mesh.mdns off`,
        { cause: error },
      );
    }
  }

  async #close(): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    await service?.stop();
  }

  #heard({ id, multiaddrs }: PeerInfo): void {
    const addresses = multiaddrs
      .slice(0, LIMITS.addressesPerNodeMax)
      .map(fromMultiaddr)
      .filter((address) => address !== undefined)
      .map(formatAddress);
    if (addresses.length > 0)
      this.#seen.see(id.toString(), { addresses }, this.#options.clock.monotonicMs());
  }
}

/** It makes its socket in the same turn, binds it later, and tells nobody else of a failure. */
async function starts(service: Service): Promise<void> {
  const started = service.start();
  await new Promise<void>((resolve, reject) => {
    service.mdns?.once('ready', resolve);
    // Stays, so that one that comes after the library has stopped listening is not uncaught.
    service.mdns?.on('error', reject);
  });
  await started;
}
