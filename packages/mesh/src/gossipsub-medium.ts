import { type GossipSub, type GossipSubComponents, gossipsub } from '@libp2p/gossipsub';
import { type Connection, type PeerId, start, stop } from '@libp2p/interface';
import { GatedRegistrar } from './gated-registrar.js';

export type GossipsubComponents = GossipSubComponents;

const TOPIC = 'hearsay/events/1';
const OUTBOUND_BYTES_MAX = 1_048_576;

/** Public in gossipsub's class, but not in its type: by peer ID. */
interface OpenStreams {
  readonly streamsOutbound: ReadonlyMap<string, unknown>;
}

export interface GossipsubMediumOptions {
  readonly components: GossipsubComponents;
  readonly frameBytesMax: number;
  readonly admitted: (connection: Connection) => Promise<boolean>;
  readonly onFrame: (bytes: Uint8Array, forwarder: PeerId) => void;
}

/**
 * Frames by gossipsub, for views too large for a link to everyone. A fast path, never the
 * guarantee: it forgets what it published within seconds, and drops what a slow peer does not take.
 */
export class GossipsubMedium {
  readonly #registrar: GatedRegistrar;
  readonly #gossipsub: GossipSub & OpenStreams;
  /** By peer ID: the connection to use, and whether a stream was missing at the last look. */
  readonly #linked = new Map<string, { readonly connection: Connection; isMissing: boolean }>();

  constructor(options: GossipsubMediumOptions) {
    const { privateKey, peerId, peerStore, registrar, connectionManager, logger } =
      options.components;
    this.#registrar = new GatedRegistrar(registrar, options.admitted);
    this.#gossipsub = gossipsub({
      // Links are admitted and encrypted; a signature per message costs more than the message.
      globalSignaturePolicy: 'StrictNoSign',
      emitSelf: false,
      allowPublishToZeroTopicPeers: true,
      ignoreDuplicatePublishError: true,
      // CVE-2026-86040.
      fallbackToFloodsub: false,
      floodPublish: true,
      doPX: false,
      allowedTopics: [TOPIC],
      maxInboundDataLength: options.frameBytesMax + 4096,
      maxOutboundBufferSize: OUTBOUND_BYTES_MAX,
      // One, and another that takes its place.
      maxInboundStreams: 2,
      maxOutboundStreams: 2,
      // Repair has a journal of its own; a second one here would cost memory, not add certainty.
      mcacheLength: 1,
      mcacheGossip: 0,
      seenTTL: 10_000,
      // Many members behind one address are ordinary: NAT, host networks, tests.
      scoreParams: { IPColocationFactorWeight: 0 },
    })({
      privateKey,
      peerId,
      peerStore,
      connectionManager,
      logger,
      registrar: this.#registrar as never,
    }) as GossipSub & OpenStreams;
    this.#gossipsub.addEventListener('gossipsub:message', ({ detail }) => {
      if (detail.msg.topic === TOPIC) options.onFrame(detail.msg.data, detail.propagationSource);
    });
    this.#gossipsub.addEventListener('gossipsub:heartbeat', () => this.#reopen());
  }

  async start(): Promise<void> {
    await start(this.#gossipsub);
    this.#gossipsub.subscribe(TOPIC);
  }

  async stop(): Promise<void> {
    await stop(this.#gossipsub);
  }

  linkUp(peerId: PeerId, connection: Connection): void {
    this.#linked.set(peerId.toString(), { connection, isMissing: false });
    this.#registrar.connected(peerId, connection);
  }

  linkDown(peerId: PeerId): void {
    this.#linked.delete(peerId.toString());
    this.#registrar.disconnected(peerId);
  }

  /** Best effort: what it does not carry is repaired. */
  publish(bytes: Uint8Array): void {
    this.#gossipsub.publish(TOPIC, bytes).catch(() => undefined);
  }

  /** Gossipsub closes the stream of a peer that does not drain it, and leaves it at that. */
  #reopen(): void {
    for (const [id, link] of this.#linked) {
      const wasMissing = link.isMissing;
      link.isMissing = !wasMissing && !this.#gossipsub.streamsOutbound.has(id);
      if (wasMissing && !this.#gossipsub.streamsOutbound.has(id))
        this.#registrar.connected(link.connection.remotePeer, link.connection);
    }
  }
}
