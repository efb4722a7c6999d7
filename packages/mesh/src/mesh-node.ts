import {
  type MeshEffect,
  type MeshInput,
  MeshMachine,
  type MeshMessage,
  silentForMs,
} from '@hearsay/protocol';
import {
  type Announcement,
  type Coherence,
  type Origin,
  originId,
  type Receipt,
  type TransportHost,
  type TransportInspection,
} from '@hearsay/spi';
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { type Address, formatAddress } from './address.js';
import { ADMISSION_PROTOCOL, Admission, type Admitted } from './admission.js';
import type { Destination } from './discovery/address-book.js';
import { Dialler } from './discovery/dialler.js';
import { REDIAL_MS_MIN } from './discovery/discovery-options.js';
import { configuredProviders } from './discovery/providers.js';
import { readFrames } from './framed-stream.js';
import { GossipsubMedium } from './gossipsub-medium.js';
import { InboundGate } from './inbound-gate.js';
import { Inbox } from './inbox.js';
import { createHost, dialOn, type Libp2pHost, listenAddresses, listenOn } from './libp2p-host.js';
import { LINK_PROTOCOL, Links, type PeerLink } from './links.js';
import { MediumChoice } from './medium-choice.js';
import type { MeshConfig } from './options.js';
import { Outbox } from './outbox.js';
import { Refusals } from './refusals.js';

const TICK_MS = 100;
const GAP_RETRY_MS = 1_000;
const GOODBYE_MS = 100;

/** Drives the mesh machine over libp2p: bytes, sockets and timers are here, decisions are there. */
export class MeshNode {
  readonly #config: MeshConfig;
  readonly #host: TransportHost;
  readonly #libp2p: Libp2pHost['libp2p'];
  readonly #machine: MeshMachine;
  readonly #refusals: Refusals;
  readonly #admission: Admission;
  readonly #links: Links;
  readonly #gossipsub: GossipsubMedium;
  readonly #choice: MediumChoice;
  readonly #dialler: Dialler;
  readonly #inbox = new Inbox();
  readonly #outbox: Outbox;
  readonly #counters = { sendQueueOverflows: 0, connectionsAdmitted: 0 };
  #addresses: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /**
   * Resolves once others can reach this node.
   * @throws {ListenFailedError} nothing is left open
   */
  static async open(config: MeshConfig, host: TransportHost): Promise<MeshNode> {
    const refusals = new Refusals(host.logger, host.clock);
    const gate = new InboundGate({ ...config, refusals });
    const node = new MeshNode(config, host, refusals, await createHost({ ...config, gate }));
    gate.watch({
      open: () => node.#libp2p.getConnections().length,
      pending: () => node.#admission.pending,
    });
    await node.#listen();
    return node;
  }

  private constructor(
    config: MeshConfig,
    host: TransportHost,
    refusals: Refusals,
    libp2pHost: Libp2pHost,
  ) {
    const { libp2p, components } = libp2pHost;
    this.#config = config;
    this.#host = host;
    this.#libp2p = libp2p;
    this.#machine = new MeshMachine(host.self, { repair: config.repair });
    this.#choice = new MediumChoice(config.medium);
    this.#outbox = new Outbox(() => this.#flush());
    this.#refusals = refusals;
    this.#admission = new Admission({
      ...config,
      self: host.self,
      peerId: libp2p.peerId,
      refusals,
      addresses: () => this.#addresses,
      hasRoomFor: (node) => this.#links.has(node) || this.#links.size < config.membersMax,
      onAdmitted: (admitted) => this.#admitted(admitted),
    });
    config.keyring.onRemoved((key) => this.#links.abortAdmittedBy(key));
    this.#links = new Links({
      peerId: libp2p.peerId,
      sendQueueBytesMax: config.sendQueueBytesMax,
      onUp: (link, replaced) => this.#linkUp(link, replaced),
      onDown: (link) => this.#linkDown(link),
      onOverflow: (peer) => this.#overflowed(peer),
    });
    this.#gossipsub = new GossipsubMedium({
      components,
      admitted: async (connection) => (await this.#admission.admitted(connection)) !== undefined,
      frameBytesMax: config.frameBytesMax,
      onFrame: (bytes, forwarder) => this.#gossiped(bytes, forwarder),
    });
    this.#dialler = new Dialler({
      clock: host.clock,
      logger: host.logger,
      providers: [
        ...configuredProviders(config.discovery, {
          peerId: libp2p.peerId,
          clock: host.clock,
          logger: components.logger,
        }),
        ...host.discovery,
      ],
      schedule: {
        inFlightMax: config.discovery.dialsMax,
        waitMsMin: REDIAL_MS_MIN,
        waitMsMax: config.discovery.redialMsMax,
      },
      random: Math.random,
      self: () => ({ ...host.self, addresses: this.#addresses }),
      links: () => this.#links,
      dial: (address) => this.#dial(address),
      onOthersKnown: (count) => this.#handle({ kind: 'others-known', count }),
    });
  }

  get coherence(): Coherence {
    return this.#machine.coherence;
  }

  publish(announcements: readonly Announcement[]): Promise<Receipt> {
    return this.#outbox.add(announcements);
  }

  inspect(): Omit<TransportInspection, 'transport'> {
    const nowMs = this.#host.clock.monotonicMs();
    return {
      coherence: this.coherence,
      addresses: this.#addresses,
      peers: this.#machine.links.map((link) => ({
        origin: link.peer,
        addresses: this.#links.get(link.peer)?.addresses ?? [],
        silentForMs: silentForMs(link, nowMs),
        roundTripMs: link.roundTripMs,
        sendQueueBytes: this.#links.get(link.peer)?.queue.bytes ?? 0,
      })),
      counters: {
        ...this.#machine.counters,
        ...this.#inbox.counters,
        ...this.#refusals.counters,
        ...this.#dialler.counters,
        ...this.#counters,
      },
    };
  }

  async close(): Promise<void> {
    this.#flush();
    const goodbye = this.#config.dialect.encodeMessage({ kind: 'leave' });
    for (const link of this.#links) link.queue.send(goodbye);
    await this.#dialler.stop();
    clearInterval(this.#timer);
    if (this.#links.size > 0) await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
    this.#stopped = true;
    await this.#gossipsub.stop();
    await this.#libp2p.stop();
  }

  async #listen(): Promise<void> {
    const { listen, announce } = this.#config;
    const libp2p = this.#libp2p;
    const read = (stream: Stream, connection: Connection) => this.#read(stream, connection);
    const once = { maxInboundStreams: 1, maxOutboundStreams: 1 };
    await libp2p.handle(ADMISSION_PROTOCOL, this.#admission.handle, once);
    await libp2p.handle(LINK_PROTOCOL, read, once);
    libp2p.addEventListener('connection:open', ({ detail }) => this.#admission.opened(detail));
    libp2p.addEventListener('connection:close', ({ detail }) => {
      this.#admission.closed(detail);
      this.#links.closed(detail);
    });
    await listenOn(libp2p, listen);
    await this.#gossipsub.start();
    this.#addresses =
      announce.length > 0 ? announce.map(formatAddress) : listenAddresses(libp2p, listen);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#dialler.tick();
  }

  #flush(): void {
    this.#outbox.empty(
      (announcements) => this.#handle({ kind: 'publish', announcements }),
      this.#machine.sequence,
      this.#links.size,
    );
  }

  #tick(): void {
    this.#handle({ kind: 'tick', random: Math.random() });
    this.#dialler.tick();
  }

  #handle(input: MeshInput): void {
    if (this.#stopped) return;
    const effects = this.#machine.handle(input, this.#host.clock.monotonicMs());
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: MeshEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#links.get(effect.to)?.queue.send(this.#config.dialect.encodeMessage(effect.message));
        break;
      case 'broadcast':
        this.#broadcast(effect.message);
        break;
      case 'deliver':
        this.#host.deliver(effect.events);
        break;
      case 'close-link':
        this.#links.abort(effect.peer, effect.reason);
        break;
      case 'open-gap':
        this.#closeGap(effect.gapId, effect.reason);
        break;
      case 'coherence':
        this.#host.coherenceChanged(effect.coherence);
        break;
    }
  }

  #broadcast(message: MeshMessage): void {
    const bytes = this.#config.dialect.encodeMessage(message);
    if (this.#choice.now(this.#links.size) === 'gossipsub') this.#gossipsub.publish(bytes);
    else for (const link of this.#links) link.queue.send(bytes);
  }

  #closeGap(gapId: number, reason: string): void {
    this.#host.closeGap({ reason }).then(
      () => this.#handle({ kind: 'gap-closed', gapId }),
      (error: unknown) => {
        this.#host.logger.warn({ error, reason }, 'a gap could not be closed yet');
        setTimeout(() => {
          if (!this.#stopped) this.#closeGap(gapId, reason);
        }, GAP_RETRY_MS);
      },
    );
  }

  #admitted(admitted: Admitted): void {
    this.#counters.connectionsAdmitted++;
    this.#links.admit(admitted);
  }

  #linkUp({ peer, connection }: PeerLink, replaced: PeerLink | undefined): void {
    if (replaced) this.#gossipsub.linkDown(replaced.connection.remotePeer);
    this.#handle({ kind: 'link-up', peer });
    this.#gossipsub.linkUp(connection.remotePeer, connection);
  }

  #linkDown({ peer, connection }: PeerLink): void {
    this.#gossipsub.linkDown(connection.remotePeer);
    this.#handle({ kind: 'link-down', peer });
  }

  #overflowed(peer: Origin): void {
    this.#counters.sendQueueOverflows++;
    this.#host.logger.debug({ peer: originId(peer) }, 'a slow peer needs sync');
  }

  async #read(stream: Stream, connection: Connection): Promise<void> {
    const admitted = await this.#admission.admitted(connection);
    if (!admitted) {
      stream.abort(new Error('not admitted'));
      return;
    }
    readFrames(stream, this.#config.frameBytesMax, (bytes) => {
      const message = this.#inbox.open(bytes);
      if (message) this.#handle({ kind: 'message', from: admitted.peer, message });
    }).catch((error: Error) => {
      this.#inbox.dropped(error);
      connection.abort(error);
    });
  }

  #gossiped(bytes: Uint8Array, forwarder: PeerId): void {
    try {
      const message = this.#inbox.open(bytes);
      if (message?.kind === 'events') this.#handle({ kind: 'events', runs: message.runs });
    } catch (error) {
      this.#inbox.dropped(error);
      const link = [...this.#links].find((one) => one.connection.remotePeer.equals(forwarder));
      if (link) this.#links.abort(link.peer, 'forwarded junk');
    }
  }

  /** Ends within the time that dialling and admission have. */
  async #dial(address: Address): Promise<Destination> {
    const connection = await dialOn(this.#libp2p, address);
    if (connection === 'self') return 'self';
    const admitted = await this.#admission.admitted(connection);
    if (!admitted) throw new Error('not admitted');
    return admitted.peer;
  }
}
