import type { Member } from '@hearsay/protocol';
import type { Origin, SelfAnnouncement, TransportHost } from '@hearsay/spi';
import { type Address, formatAddress } from './address.js';
import type { Admission } from './admission.js';
import { DialPlaces } from './dial-places.js';
import type { Destination } from './discovery/address-book.js';
import { Dialler } from './discovery/dialler.js';
import { type DiscoveryConfig, REDIAL_MS_MIN } from './discovery/discovery-options.js';
import { configuredProviders } from './discovery/providers.js';
import { dialOn, type Libp2pHost } from './libp2p-host.js';
import type { Links } from './links.js';
import { Reconnects } from './reconnects.js';

/**
 * Of both kinds together. A handshake takes some 25 ms of processor at both ends together, so that a
 * hundred nodes which start on one processor still finish theirs in time.
 */
const DIALS_AT_WORK_MAX = 3;
/** A dial that fails no sooner found a stopped process or a stranger, who would fail the next one too. */
const STALLED_MS = 2_000;
const STALLED_MAX = 4_096;

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
  readonly #places = new DialPlaces(DIALS_AT_WORK_MAX);
  /** Where the last dial stalled. They have places of their own, so that they hold up nobody else. */
  readonly #stalled = new Set<string>();
  readonly #placesOfStalled = new DialPlaces(DIALS_AT_WORK_MAX);

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
      dial: (address, isNeeded) => this.#dial(address, isNeeded),
      onOthersKnown: options.onOthersKnown,
    });
    this.#reconnects = new Reconnects({
      dial: (address, isNeeded) => this.#dial(address, isNeeded),
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

  /**
   * Ends within the time that dialling and admission have, once it is its turn.
   * @param isNeeded asked then
   */
  async #dial(address: Address, isNeeded: () => boolean): Promise<Destination | undefined> {
    const text = formatAddress(address);
    const places = this.#stalled.has(text) ? this.#placesOfStalled : this.#places;
    const giveBack = await places.take();
    const sinceMs = performance.now();
    try {
      if (!isNeeded()) return undefined;
      const to = await this.#reach(address, giveBack);
      this.#stalled.delete(text);
      return to;
    } catch (error) {
      if (performance.now() - sinceMs >= STALLED_MS && this.#stalled.size < STALLED_MAX)
        this.#stalled.add(text);
      throw error;
    } finally {
      giveBack();
    }
  }

  async #reach(address: Address, onSlow: () => void): Promise<Destination> {
    const { libp2pHost, admission } = this.#options;
    const connection = await dialOn(libp2pHost.libp2p, address, onSlow);
    if (connection === 'self') return 'self';
    const admitted = await admission.admitted(connection);
    if (!admitted) throw new Error('not admitted');
    return admitted.peer;
  }
}
