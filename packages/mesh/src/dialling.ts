import type { Member } from '@hearsay/protocol';
import type { Origin, SelfAnnouncement, TransportHost } from '@hearsay/spi';
import type { Address } from './address.js';
import type { Admission } from './admission.js';
import type { Destination } from './discovery/address-book.js';
import { Dialler } from './discovery/dialler.js';
import { type DiscoveryConfig, REDIAL_MS_MIN } from './discovery/discovery-options.js';
import { configuredProviders } from './discovery/providers.js';
import { dialOn, type Libp2pHost } from './libp2p-host.js';
import type { Links } from './links.js';
import { Reconnects } from './reconnects.js';

export interface DiallingOptions {
  readonly host: TransportHost;
  readonly libp2pHost: Libp2pHost;
  readonly admission: Admission;
  readonly links: Links;
  readonly discovery: DiscoveryConfig;
  readonly self: () => SelfAnnouncement;
  readonly listening: () => readonly string[];
  readonly onOthersKnown: (count: number) => void;
  /** The kernel at a member's address refused the connection. */
  readonly onRefused: (peer: Origin) => void;
}

/** Reaches others: those that discovery finds, and members whose link was lost. */
export class Dialling {
  readonly #options: DiallingOptions;
  readonly #dialler: Dialler;
  readonly #reconnects: Reconnects;

  constructor(options: DiallingOptions) {
    this.#options = options;
    const { host, libp2pHost, links, discovery } = options;
    const { libp2p, components } = libp2pHost;
    const { clock } = host;
    const { peerId } = libp2p;
    const { logger } = components;
    this.#dialler = new Dialler({
      clock,
      logger: host.logger,
      providers: [...configuredProviders(discovery, { peerId, clock, logger }), ...host.discovery],
      schedule: {
        inFlightMax: discovery.dialsMax,
        waitMsMin: REDIAL_MS_MIN,
        waitMsMax: discovery.redialMsMax,
      },
      random: Math.random,
      self: options.self,
      listening: options.listening,
      links: () => links,
      dial: (address) => this.#dial(address),
      onOthersKnown: options.onOthersKnown,
    });
    this.#reconnects = new Reconnects({
      dial: (address) => this.#dial(address),
      isLinked: (peer) => links.get(peer) !== undefined,
      onRefused: options.onRefused,
    });
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#dialler.counters;
  }

  tick(): void {
    this.#dialler.tick();
  }

  /** Membership wants a link to this member; it does the back-off. */
  connect(member: Member): void {
    void this.#reconnects.connect(member);
  }

  stop(): Promise<void> {
    return this.#dialler.stop();
  }

  /** Ends within the time that dialling and admission have. */
  async #dial(address: Address): Promise<Destination> {
    const { libp2pHost, admission } = this.#options;
    const connection = await dialOn(libp2pHost.libp2p, address);
    if (connection === 'self') return 'self';
    const admitted = await admission.admitted(connection);
    if (!admitted) throw new Error('not admitted');
    return admitted.peer;
  }
}
