import {
  type Announcement,
  BatchTooLargeError,
  type CacheInvalidationTransport,
  type Coherence,
  type DiscoveredNode,
  LIMITS,
  type Origin,
  originId,
  type Receipt,
  sameOrigin,
  type Sequence,
  type TransportHost,
  type TransportInspection,
  TransportStoppedError,
} from '@hearsay/spi';
import {
  type EventRun,
  MESSAGE_LIMITS,
  type MeshEffect,
  type MeshInput,
  MeshMachine,
  type MeshMessage,
  silentForMs,
} from '@hearsay/protocol';
import { decodeMessage, encodeMessage, FrameUnknownError } from '@hearsay/wire';
import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface';
import { type Address, formatAddress, toMultiaddr } from './address.js';
import { Admission, ADMISSION_PROTOCOL, type Admitted } from './admission.js';
import { Dialler } from './dialler.js';
import { readFrames } from './framed-stream.js';
import { GossipsubMedium } from './gossipsub-medium.js';
import { createHost, listenAddresses, listenOn } from './libp2p-host.js';
import { LINK_PROTOCOL, Links, type PeerLink } from './links.js';
import { MediumChoice } from './medium-choice.js';
import { type MeshConfig, meshConfig, type MeshTransportOptions } from './options.js';
import { staticDiscovery } from './static-discovery.js';

const TICK_MS = 100;
const DIAL_TIMEOUT_MS = 2_000;
const GAP_RETRY_MS = 1_000;
const GOODBYE_MS = 100;

/** What the driver counts beside the machine. */
interface DriverCounters {
  framesReceived: number;
  framesUnknown: number;
  framesInvalid: number;
  sendQueueOverflows: number;
  admissionsRefused: number;
  connectionsAdmitted: number;
}

interface Pending {
  readonly announcements: readonly Announcement[];
  readonly resolve: (receipt: Receipt) => void;
}

/** Everything that exists between `start` and `stop`. */
interface Running {
  readonly host: TransportHost;
  readonly libp2p: Libp2p;
  readonly machine: MeshMachine;
  readonly links: Links;
  readonly gossipsub: GossipsubMedium;
  readonly dialler: Dialler;
  readonly timer: NodeJS.Timeout;
}

/** @throws {ConfigInvalidError} @throws {ClusterKeyInvalidError} @throws {ClusterKeyRequiredError} */
export function meshTransport(options: MeshTransportOptions = {}): CacheInvalidationTransport {
  return new MeshTransport(meshConfig(options));
}

/** Drives the mesh machine over libp2p: bytes, sockets and timers are here, decisions are there. */
class MeshTransport implements CacheInvalidationTransport {
  readonly name = 'mesh';
  readonly #config: MeshConfig;
  readonly #choice: MediumChoice;
  readonly #dialledAs = new Map<string, Origin>();
  readonly #byPeerId = new Map<string, Origin>();
  readonly #counters: DriverCounters = {
    framesReceived: 0,
    framesUnknown: 0,
    framesInvalid: 0,
    sendQueueOverflows: 0,
    admissionsRefused: 0,
    connectionsAdmitted: 0,
  };
  #running: Running | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #pending: Pending[] = [];
  #addresses: readonly string[] = [];

  constructor(config: MeshConfig) {
    this.#config = config;
    this.#choice = new MediumChoice(config.medium);
  }

  start(host: TransportHost): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  async publish(announcements: readonly Announcement[]): Promise<Receipt> {
    if (!this.#running || this.#stopping)
      throw new TransportStoppedError('the mesh is not running: publish after start, before stop');
    if (announcements.length > LIMITS.batchEventsMax)
      throw new BatchTooLargeError(
        `${announcements.length} invalidations at once; the limit is ${LIMITS.batchEventsMax}`,
      );
    return new Promise((resolve) => {
      // What one turn of the event loop produces travels as one frame.
      if (this.#pending.length === 0) setImmediate(() => this.#flush());
      this.#pending.push({ announcements, resolve });
    });
  }

  coherence(): Coherence {
    return this.#running?.machine.coherence ?? 'alone';
  }

  inspect(): TransportInspection {
    const running = this.#running;
    const nowMs = running?.host.clock.monotonicMs() ?? 0;
    return {
      transport: this.name,
      coherence: this.coherence(),
      addresses: this.#addresses,
      peers: (running?.machine.links ?? []).map((link) => ({
        origin: link.peer,
        addresses: running?.links.get(link.peer)?.addresses ?? [],
        silentForMs: silentForMs(link, nowMs),
        roundTripMs: link.roundTripMs,
        sendQueueBytes: running?.links.get(link.peer)?.queue.bytes ?? 0,
      })),
      counters: { ...this.#counters, ...running?.machine.counters },
    };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(host: TransportHost): Promise<void> {
    const config = this.#config;
    const { libp2p, components } = await createHost(config.listen, config.connectionsMax);
    const machine = new MeshMachine(host.self, { repair: config.repair });
    const admission = new Admission({
      self: host.self,
      peerId: libp2p.peerId,
      key: config.key,
      logger: host.logger,
      addresses: () => this.#addresses,
      onAdmitted: (admitted) => this.#admitted(admitted),
      onRefused: () => this.#counters.admissionsRefused++,
    });
    const links = new Links({
      peerId: libp2p.peerId,
      sendQueueBytesMax: config.sendQueueBytesMax,
      onUp: (link) => this.#linkUp(link),
      onDown: (link) => this.#linkDown(link),
      onOverflow: (peer) => this.#overflowed(peer),
    });
    const admitted = async (connection: Connection) =>
      (await admission.admitted(connection)) !== undefined;
    const gossipsub = new GossipsubMedium({
      components,
      admitted,
      frameBytesMax: MESSAGE_LIMITS.frameBytesMax,
      onFrame: (bytes, forwarder) => this.#gossiped(bytes, forwarder),
    });
    const dialler = new Dialler({
      clock: host.clock,
      logger: host.logger,
      providers: [staticDiscovery(config.peers), ...host.discovery],
      self: () => ({ ...host.self, addresses: this.#addresses }),
      isLinked: (known, addresses) => this.#isLinked(known, addresses),
      dial: (address) => this.#dial(address, admission),
      onOthersKnown: (count) => this.#handle({ kind: 'others-known', count }),
    });
    await libp2p.handle(ADMISSION_PROTOCOL, admission.handle, { maxInboundStreams: 1 });
    await libp2p.handle(
      LINK_PROTOCOL,
      (stream, connection) => this.#read(stream, connection, admission),
      { maxInboundStreams: 1 },
    );
    libp2p.addEventListener('connection:open', ({ detail }) => admission.opened(detail));
    libp2p.addEventListener('connection:close', ({ detail }) => links.closed(detail));
    await listenOn(libp2p, config.listen);
    await gossipsub.start();
    this.#addresses =
      config.announce.length > 0
        ? config.announce.map(formatAddress)
        : listenAddresses(libp2p, config.listen);
    const timer = setInterval(
      () => this.#handle({ kind: 'tick', random: Math.random() }),
      TICK_MS,
    );
    this.#running = { host, libp2p, machine, links, gossipsub, dialler, timer };
    dialler.start();
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    const running = this.#running;
    if (!running) return;
    this.#flush();
    const goodbye = encodeMessage({ kind: 'leave' });
    for (const link of running.links) link.queue.send(goodbye);
    await running.dialler.stop();
    clearInterval(running.timer);
    if (running.links.size > 0) await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
    this.#running = undefined;
    await running.gossipsub.stop();
    await running.libp2p.stop();
  }

  #flush(): void {
    const running = this.#running;
    const pending = this.#pending;
    if (!running || pending.length === 0) return;
    this.#pending = [];
    let next = running.machine.sequence + 1;
    this.#handle({ kind: 'publish', announcements: pending.flatMap((one) => one.announcements) });
    for (const { announcements, resolve } of pending) {
      const first = next as Sequence;
      next += announcements.length;
      resolve({ first, last: (next - 1) as Sequence, members: running.links.size });
    }
  }

  #handle(input: MeshInput): void {
    const running = this.#running;
    if (!running) return;
    const effects = running.machine.handle(input, running.host.clock.monotonicMs());
    for (const effect of effects) this.#perform(running, effect);
  }

  #perform(running: Running, effect: MeshEffect): void {
    switch (effect.kind) {
      case 'send':
        running.links.get(effect.to)?.queue.send(encodeMessage(effect.message));
        break;
      case 'broadcast':
        this.#broadcast(running, effect.message);
        break;
      case 'deliver':
        running.host.deliver(effect.events);
        break;
      case 'close-link':
        running.links.abort(effect.peer, effect.reason);
        break;
      case 'open-gap':
        this.#closeGap(running, effect.gapId, effect.reason);
        break;
      case 'coherence':
        if (!this.#stopping) running.host.coherenceChanged(effect.coherence);
        break;
    }
  }

  #broadcast(running: Running, message: MeshMessage): void {
    const bytes = encodeMessage(message);
    if (this.#choice.now(running.links.size) === 'gossipsub') running.gossipsub.publish(bytes);
    else for (const link of running.links) link.queue.send(bytes);
  }

  #closeGap(running: Running, gapId: number, reason: string): void {
    running.host.closeGap({ reason }).then(
      () => this.#handle({ kind: 'gap-closed', gapId }),
      (error: unknown) => {
        running.host.logger.warn({ error, reason }, 'a gap could not be closed yet');
        setTimeout(() => {
          if (this.#running === running) this.#closeGap(running, gapId, reason);
        }, GAP_RETRY_MS);
      },
    );
  }

  #admitted(admitted: Admitted): void {
    this.#counters.connectionsAdmitted++;
    this.#byPeerId.set(admitted.connection.remotePeer.toString(), admitted.peer);
    this.#running?.links.admit(admitted);
  }

  #linkUp(link: PeerLink): void {
    this.#handle({ kind: 'link-up', peer: link.peer });
    this.#running?.gossipsub.linkUp(link.connection.remotePeer, link.connection);
  }

  #linkDown(link: PeerLink): void {
    this.#byPeerId.delete(link.connection.remotePeer.toString());
    this.#running?.gossipsub.linkDown(link.connection.remotePeer);
    this.#handle({ kind: 'link-down', peer: link.peer });
  }

  #overflowed(peer: Origin): void {
    this.#counters.sendQueueOverflows++;
    this.#running?.host.logger.debug({ peer: originId(peer) }, 'a slow peer needs sync');
  }

  async #read(stream: Stream, connection: Connection, admission: Admission): Promise<void> {
    const admitted = await admission.admitted(connection);
    if (!admitted) {
      stream.abort(new Error('not admitted'));
      return;
    }
    const { peer } = admitted;
    readFrames(stream, MESSAGE_LIMITS.frameBytesMax, (bytes) => {
      const message = this.#decode(bytes);
      if (message) this.#handle({ kind: 'message', from: peer, message });
    }).catch((error: Error) => connection.abort(error));
  }

  #gossiped(bytes: Uint8Array, forwarder: PeerId): void {
    try {
      const message = this.#decode(bytes);
      if (message?.kind === 'events') this.#handle({ kind: 'events', runs: message.runs });
    } catch {
      const peer = this.#byPeerId.get(forwarder.toString());
      if (peer) this.#running?.links.abort(peer, 'forwarded junk');
    }
  }

  /** @returns `undefined` for what only a newer minor version says. @throws when the bytes are junk */
  #decode(bytes: Uint8Array): MeshMessage | undefined {
    this.#counters.framesReceived++;
    try {
      return decodeMessage(bytes);
    } catch (error) {
      if (error instanceof FrameUnknownError) {
        this.#counters.framesUnknown++;
        return undefined;
      }
      this.#counters.framesInvalid++;
      throw error;
    }
  }

  async #dial(address: Address, admission: Admission): Promise<'linked' | 'self'> {
    const text = formatAddress(address);
    const running = this.#running;
    if (!running || this.#addresses.includes(text)) return 'self';
    const signal = AbortSignal.timeout(DIAL_TIMEOUT_MS);
    const connection = await running.libp2p.dial(toMultiaddr(address), { signal });
    const admitted = await admission.admitted(connection);
    if (admitted) this.#dialledAs.set(text, admitted.peer);
    else if (connection.remotePeer.equals(running.libp2p.peerId)) return 'self';
    return 'linked';
  }

  #isLinked(known: DiscoveredNode, addresses: readonly string[]): boolean {
    for (const link of this.#running?.links ?? []) {
      const { peer } = link;
      if (known.node === peer.node && (known.epoch ?? peer.epoch) === peer.epoch) return true;
      if (known.node !== undefined) continue;
      if (addresses.some((address) => link.addresses.includes(address))) return true;
      const dialled = addresses.map((address) => this.#dialledAs.get(address));
      if (dialled.some((origin) => origin && sameOrigin(origin, peer))) return true;
    }
    return false;
  }
}
