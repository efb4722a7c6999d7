import {
  type Evidence,
  type NodeEffect,
  type NodeInput,
  NodeMachine,
  type NodeMessage,
} from '@hearsay/protocol';
import {
  type Announcement,
  type Coherence,
  type MemberMetadata,
  type MembershipChange,
  type Origin,
  originId,
  type Receipt,
  type TransportHost,
  type TransportInspection,
  type TransportMembership,
} from '@hearsay/spi';
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { formatAddress } from './address.js';
import { ADMISSION_PROTOCOL, Admission, type Admitted } from './admission.js';
import type { AnswerHandlers } from './asking/answer-handlers.js';
import { Asking } from './asking/asking.js';
import { ASK_PROTOCOL } from './asking/questions.js';
import { FEATURES } from './dialect.js';
import { Dialling } from './dialling.js';
import { readFrames } from './framed-stream.js';
import { closeGap } from './gap-closing.js';
import { GossipsubMedium } from './gossipsub-medium.js';
import { HandshakeBudget } from './handshake-budget.js';
import { InboundGate } from './inbound-gate.js';
import { Inbox } from './inbox.js';
import { createHost, type Libp2pHost, listenAddresses, listenOn } from './libp2p-host.js';
import { LINK_PROTOCOL, Links, type PeerLink } from './links.js';
import { LoopDelay } from './loop-delay.js';
import { machineOptions } from './machine-options.js';
import { MediumChoice } from './medium-choice.js';
import type { MeshConfig } from './options.js';
import { Outbox } from './outbox.js';
import { Refusals } from './refusals.js';

const TICK_MS = 100;
const GOODBYE_MS = 100;

/** Drives the mesh machine over libp2p: bytes, sockets and timers are here, decisions are there. */
export class MeshNode {
  readonly #config: MeshConfig;
  readonly #host: TransportHost;
  readonly #libp2p: Libp2pHost['libp2p'];
  readonly #machine: NodeMachine;
  readonly #refusals: Refusals;
  readonly #onChange: (change: MembershipChange) => void;
  readonly #admission: Admission;
  readonly #links: Links;
  readonly #asking: Asking;
  readonly #gossipsub: GossipsubMedium;
  readonly #choice: MediumChoice;
  readonly #dialling: Dialling;
  readonly #loopDelay = new LoopDelay();
  readonly #inbox = new Inbox();
  readonly #outbox: Outbox;
  readonly #counters = { sendQueueOverflows: 0, connectionsAdmitted: 0 };
  #addresses: readonly string[] = [];
  #listening: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /**
   * Resolves once others can reach this node.
   * @throws {ListenFailedError} nothing is left open
   */
  static async open(
    config: MeshConfig,
    host: TransportHost,
    onChange: (change: MembershipChange) => void,
    handlers: AnswerHandlers,
  ): Promise<MeshNode> {
    const refusals = new Refusals(host.logger, host.clock);
    const budget = new HandshakeBudget(config.failuresPerAddressMax, host.clock);
    const gate = new InboundGate({ ...config, refusals, budget });
    const libp2pHost = await createHost({ ...config, gate });
    const node = new MeshNode(config, host, refusals, budget, libp2pHost, onChange, handlers);
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
    budget: HandshakeBudget,
    libp2pHost: Libp2pHost,
    onChange: (change: MembershipChange) => void,
    handlers: AnswerHandlers,
  ) {
    const { libp2p, components } = libp2pHost;
    this.#config = config;
    this.#host = host;
    this.#onChange = onChange;
    this.#libp2p = libp2p;
    this.#machine = new NodeMachine(
      { origin: host.self, addresses: [], metadata: config.metadata },
      machineOptions(config),
      host.clock.monotonicMs(),
    );
    this.#choice = new MediumChoice(config.medium);
    this.#outbox = new Outbox(() => this.#flush());
    this.#refusals = refusals;
    this.#admission = new Admission({
      ...config,
      self: host.self,
      peerId: libp2p.peerId,
      refusals,
      budget,
      addresses: () => this.#addresses,
      hasRoomFor: (node) => this.#links.has(node) || this.#links.size < config.membersMax,
      onAdmitted: (admitted) => this.#admitted(admitted),
    });
    config.keyring.onRemoved((key) => this.#links.abortAdmittedBy(key));
    this.#links = new Links({
      peerId: libp2p.peerId,
      sendQueueBytesMax: config.sendQueueBytesMax,
      onUp: (link, replaced) => this.#linkUp(link, replaced),
      onDown: (link, evidence) => this.#linkDown(link, evidence),
      onOverflow: (peer) => this.#overflowed(peer),
    });
    this.#asking = new Asking({
      handlers,
      links: this.#links,
      admission: this.#admission,
      inbox: this.#inbox,
      logger: host.logger,
    });
    this.#gossipsub = new GossipsubMedium({
      components,
      admitted: async (connection) => (await this.#admission.admitted(connection)) !== undefined,
      frameBytesMax: config.frameBytesMax,
      onFrame: (bytes, forwarder) => this.#gossiped(bytes, forwarder),
    });
    this.#dialling = new Dialling({
      host,
      libp2pHost,
      admission: this.#admission,
      links: this.#links,
      discovery: config.discovery,
      self: () => ({ ...host.self, addresses: this.#addresses }),
      listening: () => this.#listening,
      onOthersKnown: (count) => this.#handle({ kind: 'others-known', count }),
      onRefused: (peer) => this.#handle({ kind: 'link-down', peer, evidence: 'closed' }),
    });
  }

  get coherence(): Coherence {
    return this.#machine.coherence;
  }

  get membership(): Pick<TransportMembership, 'members' | 'localMember' | 'viewHash'> {
    return this.#machine;
  }

  get asking(): Pick<Asking, 'ask'> {
    return this.#asking;
  }

  /** @throws {MetadataTooLargeError} */
  updateMetadata(metadata: MemberMetadata): void {
    this.#handle({ kind: 'update-self', metadata });
  }

  publish(announcements: readonly Announcement[]): Promise<Receipt> {
    return this.#outbox.add(announcements);
  }

  inspect(): Omit<TransportInspection, 'transport'> {
    const nowMs = this.#host.clock.monotonicMs();
    return {
      coherence: this.coherence,
      addresses: this.#addresses,
      listening: this.#listening,
      peers: this.#links.inspect(this.#machine.links, nowMs),
      counters: {
        ...this.#machine.counters,
        ...this.#inbox.counters,
        ...this.#asking.counters,
        ...this.#refusals.counters,
        ...this.#dialling.counters,
        ...this.#counters,
      },
    };
  }

  async close(): Promise<void> {
    this.#flush();
    this.#handle({ kind: 'leave' });
    this.#asking.stop();
    clearInterval(this.#timer);
    this.#loopDelay.stop();
    await this.#dialling.stop();
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
    await libp2p.handle(ASK_PROTOCOL, this.#asking.handle, once);
    libp2p.addEventListener('connection:open', ({ detail }) => this.#admission.opened(detail));
    libp2p.addEventListener('connection:close', ({ detail }) => {
      this.#admission.closed(detail);
      this.#links.closed(detail);
      this.#asking.closed(detail);
    });
    await listenOn(libp2p, listen);
    await this.#gossipsub.start();
    this.#listening = listenAddresses(libp2p, listen);
    this.#addresses = announce?.map(formatAddress) ?? this.#listening;
    this.#handle({ kind: 'update-self', addresses: this.#addresses });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#dialling.tick();
  }

  #flush(): void {
    this.#outbox.empty(
      (announcements) => this.#handle({ kind: 'publish', announcements }),
      this.#machine.sequence,
      this.#links.size,
    );
  }

  #tick(): void {
    const eventLoopDelayMs = this.#loopDelay.take();
    this.#handle({ kind: 'tick', random: Math.random(), eventLoopDelayMs });
    this.#dialling.tick();
  }

  #handle(input: NodeInput): void {
    if (this.#stopped) return;
    const effects = this.#machine.handle(input, this.#host.clock.monotonicMs());
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: NodeEffect): void {
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
        void closeGap(this.#host, effect.reason, () => this.#stopped).then(() =>
          this.#handle({ kind: 'gap-closed', gapId: effect.gapId }),
        );
        break;
      case 'coherence':
        this.#host.coherenceChanged(effect.coherence);
        break;
      case 'connect':
        this.#dialling.connect(effect.member);
        break;
      case 'changed':
        this.#onChange({ member: effect.member, before: effect.before });
        break;
      case 'refuted':
        this.#host.logger.info({ incarnation: effect.incarnation }, 'refuted a false suspicion');
        break;
      case 'name-conflict':
        this.#host.logger.error(
          { node: effect.node, epochs: effect.epochs },
          'two live processes have the same name: rename one',
        );
        break;
    }
  }

  #broadcast(message: NodeMessage): void {
    const bytes = this.#config.dialect.encodeMessage(message);
    if (this.#choice.now(this.#links.size) === 'gossipsub') this.#gossipsub.publish(bytes);
    else for (const link of this.#links) link.queue.send(bytes);
  }

  #admitted(admitted: Admitted): void {
    this.#counters.connectionsAdmitted++;
    this.#links.admit(admitted);
  }

  #linkUp(link: PeerLink, replaced: PeerLink | undefined): void {
    const { peer, addresses, connection, features } = link;
    if (replaced) this.#gossipsub.linkDown(replaced.connection.remotePeer);
    const sketches = (features & FEATURES.sketches) !== 0;
    this.#handle({ kind: 'link-up', peer, addresses, sketches });
    this.#gossipsub.linkUp(connection.remotePeer, connection);
  }

  #linkDown({ peer, connection }: PeerLink, evidence: Evidence): void {
    this.#gossipsub.linkDown(connection.remotePeer);
    this.#handle({ kind: 'link-down', peer, evidence });
  }

  #overflowed(peer: Origin): void {
    this.#counters.sendQueueOverflows++;
    this.#host.logger.debug({ peer: originId(peer) }, 'a slow peer needs sync');
    this.#handle({ kind: 'needs-sync', peer });
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
      if (this.#inbox.dropped(error)) this.#links.abort(admitted.peer, 'sent junk');
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
}
