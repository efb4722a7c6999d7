import {
  MESSAGE_LIMITS,
  type MeshEffect,
  type MeshInput,
  MeshMachine,
  type MeshMessage,
  silentForMs,
} from '@hearsay/protocol';
import {
  type Announcement,
  type Coherence,
  type DiscoveredNode,
  type Origin,
  originId,
  type Receipt,
  sameOrigin,
  type TransportHost,
  type TransportInspection,
} from '@hearsay/spi';
import { encodeMessage } from '@hearsay/wire';
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { type Address, formatAddress, toMultiaddr } from './address.js';
import { ADMISSION_PROTOCOL, Admission, type Admitted } from './admission.js';
import { Dialler } from './dialler.js';
import { readFrames } from './framed-stream.js';
import { GossipsubMedium } from './gossipsub-medium.js';
import { Inbox } from './inbox.js';
import { createHost, type Libp2pHost, listenAddresses, listenOn } from './libp2p-host.js';
import { LINK_PROTOCOL, Links, type PeerLink } from './links.js';
import { MediumChoice } from './medium-choice.js';
import type { MeshConfig } from './options.js';
import { Outbox } from './outbox.js';
import { staticDiscovery } from './static-discovery.js';

const TICK_MS = 100;
const DIAL_TIMEOUT_MS = 2_000;
const GAP_RETRY_MS = 1_000;
const GOODBYE_MS = 100;

/** Drives the mesh machine over libp2p: bytes, sockets and timers are here, decisions are there. */
export class MeshNode {
  readonly #config: MeshConfig;
  readonly #host: TransportHost;
  readonly #libp2p: Libp2pHost['libp2p'];
  readonly #machine: MeshMachine;
  readonly #admission: Admission;
  readonly #links: Links;
  readonly #gossipsub: GossipsubMedium;
  readonly #choice: MediumChoice;
  readonly #dialler: Dialler;
  readonly #inbox = new Inbox();
  readonly #outbox: Outbox;
  readonly #counters = { sendQueueOverflows: 0, admissionsRefused: 0, connectionsAdmitted: 0 };
  /** Whom a static address led to; forgotten with the link. */
  readonly #dialledAs = new Map<string, Origin>();
  #addresses: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /**
   * Resolves once others can reach this node.
   * @throws {ListenFailedError} nothing is left open
   */
  static async open(config: MeshConfig, host: TransportHost): Promise<MeshNode> {
    const node = new MeshNode(config, host, await createHost(config.listen, config.connectionsMax));
    await node.#listen();
    return node;
  }

  private constructor(config: MeshConfig, host: TransportHost, libp2pHost: Libp2pHost) {
    const { libp2p, components } = libp2pHost;
    this.#config = config;
    this.#host = host;
    this.#libp2p = libp2p;
    this.#machine = new MeshMachine(host.self, { repair: config.repair });
    this.#choice = new MediumChoice(config.medium);
    this.#outbox = new Outbox(() => this.#flush());
    this.#admission = new Admission({
      self: host.self,
      peerId: libp2p.peerId,
      key: config.key,
      logger: host.logger,
      addresses: () => this.#addresses,
      onAdmitted: (admitted) => this.#admitted(admitted),
      onRefused: () => this.#counters.admissionsRefused++,
    });
    this.#links = new Links({
      peerId: libp2p.peerId,
      sendQueueBytesMax: config.sendQueueBytesMax,
      onUp: (link) => this.#linkUp(link),
      onDown: (link) => this.#linkDown(link),
      onOverflow: (peer) => this.#overflowed(peer),
    });
    this.#gossipsub = new GossipsubMedium({
      components,
      admitted: async (connection) => (await this.#admission.admitted(connection)) !== undefined,
      frameBytesMax: MESSAGE_LIMITS.frameBytesMax,
      onFrame: (bytes, forwarder) => this.#gossiped(bytes, forwarder),
    });
    this.#dialler = new Dialler({
      clock: host.clock,
      logger: host.logger,
      providers: [staticDiscovery(config.peers), ...host.discovery],
      self: () => ({ ...host.self, addresses: this.#addresses }),
      isLinked: (known, addresses) => this.#isLinked(known, addresses),
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
      counters: { ...this.#machine.counters, ...this.#inbox.counters, ...this.#counters },
    };
  }

  async close(): Promise<void> {
    this.#flush();
    const goodbye = encodeMessage({ kind: 'leave' });
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
    const once = { maxInboundStreams: 1 };
    await libp2p.handle(ADMISSION_PROTOCOL, this.#admission.handle, once);
    await libp2p.handle(LINK_PROTOCOL, read, once);
    libp2p.addEventListener('connection:open', ({ detail }) => this.#admission.opened(detail));
    libp2p.addEventListener('connection:close', ({ detail }) => this.#links.closed(detail));
    await listenOn(libp2p, listen);
    await this.#gossipsub.start();
    this.#addresses =
      announce.length > 0 ? announce.map(formatAddress) : listenAddresses(libp2p, listen);
    this.#timer = setInterval(() => this.#handle({ kind: 'tick', random: Math.random() }), TICK_MS);
    this.#dialler.start();
  }

  #flush(): void {
    this.#outbox.empty(
      (announcements) => this.#handle({ kind: 'publish', announcements }),
      this.#machine.sequence,
      this.#links.size,
    );
  }

  #handle(input: MeshInput): void {
    if (this.#stopped) return;
    const effects = this.#machine.handle(input, this.#host.clock.monotonicMs());
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: MeshEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#links.get(effect.to)?.queue.send(encodeMessage(effect.message));
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
    const bytes = encodeMessage(message);
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

  #linkUp({ peer, connection }: PeerLink): void {
    this.#handle({ kind: 'link-up', peer });
    this.#gossipsub.linkUp(connection.remotePeer, connection);
  }

  #linkDown({ peer, connection }: PeerLink): void {
    for (const [address, origin] of this.#dialledAs)
      if (sameOrigin(origin, peer)) this.#dialledAs.delete(address);
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
    readFrames(stream, MESSAGE_LIMITS.frameBytesMax, (bytes) => {
      const message = this.#inbox.open(bytes);
      if (message) this.#handle({ kind: 'message', from: admitted.peer, message });
    }).catch((error: Error) => connection.abort(error));
  }

  #gossiped(bytes: Uint8Array, forwarder: PeerId): void {
    try {
      const message = this.#inbox.open(bytes);
      if (message?.kind === 'events') this.#handle({ kind: 'events', runs: message.runs });
    } catch {
      const link = [...this.#links].find((one) => one.connection.remotePeer.equals(forwarder));
      if (link) this.#links.abort(link.peer, 'forwarded junk');
    }
  }

  async #dial(address: Address): Promise<'linked' | 'self'> {
    const text = formatAddress(address);
    if (this.#addresses.includes(text)) return 'self';
    const signal = AbortSignal.timeout(DIAL_TIMEOUT_MS);
    const connection = await this.#libp2p.dial(toMultiaddr(address), { signal });
    if (connection.remotePeer.equals(this.#libp2p.peerId)) return 'self';
    const admitted = await this.#admission.admitted(connection);
    if (admitted) this.#dialledAs.set(text, admitted.peer);
    return 'linked';
  }

  #isLinked(known: DiscoveredNode, addresses: readonly string[]): boolean {
    for (const { peer, addresses: announced } of this.#links) {
      if (known.node !== undefined) {
        if (known.node === peer.node && (known.epoch ?? peer.epoch) === peer.epoch) return true;
        continue;
      }
      for (const address of addresses) {
        const dialled = this.#dialledAs.get(address);
        if (announced.includes(address) || (dialled && sameOrigin(dialled, peer))) return true;
      }
    }
    return false;
  }
}
