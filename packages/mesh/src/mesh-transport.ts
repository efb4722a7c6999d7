import {
  type Announcement,
  BatchTooLargeError,
  type CacheInvalidationTransport,
  type Coherence,
  LIMITS,
  type MemberAsking,
  type MembershipChange,
  type Receipt,
  type TransportHost,
  type TransportInspection,
  type TransportMembership,
  TransportStoppedError,
} from '@hearsay/spi';
import { AnswerHandlers } from './asking/answer-handlers.js';
import type { ClusterKeyring } from './keyring.js';
import { MeshNode } from './mesh-node.js';
import { type MeshConfig, type MeshTransportOptions, meshConfig } from './options.js';

/** The embedded mesh. */
export interface MeshTransport extends CacheInvalidationTransport {
  /** The cluster keys in use; may be changed while the mesh runs. */
  readonly keyring: ClusterKeyring;
  readonly membership: TransportMembership;
  readonly asking: MemberAsking;
}

/**
 * The embedded mesh as a transport.
 * @throws {ConfigInvalidError} names the field
 * @throws {ClusterKeyInvalidError} @throws {ClusterKeyRequiredError}
 */
export function meshTransport(options: MeshTransportOptions = {}): MeshTransport {
  return meshTransportOf(meshConfig(options));
}

/** Not part of the package's interface: takes what no option can set. */
export function meshTransportOf(config: MeshConfig): MeshTransport {
  return new Mesh(config);
}

class Mesh implements MeshTransport {
  readonly name = 'mesh';
  readonly keyring: ClusterKeyring;
  readonly membership: TransportMembership;
  readonly asking: MemberAsking;
  readonly #handlers = new AnswerHandlers();
  readonly #config: MeshConfig;
  readonly #listeners = new Set<(change: MembershipChange) => void>();
  #node: MeshNode | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(config: MeshConfig) {
    this.#config = config;
    this.keyring = config.keyring;
    this.membership = {
      members: () => this.#running().membership.members(),
      localMember: () => this.#running().membership.localMember(),
      viewHash: () => this.#running().membership.viewHash(),
      updateMetadata: (metadata) => this.#running().updateMetadata(metadata),
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    this.asking = {
      ask: async (...question) => this.#running().asking.ask(...question),
      answer: (topic, handler) => this.#handlers.add(topic, handler),
    };
  }

  start(host: TransportHost): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  async publish(announcements: readonly Announcement[]): Promise<Receipt> {
    const node = this.#running();
    if (announcements.length > LIMITS.batchEventsMax)
      throw new BatchTooLargeError(
        `${announcements.length} invalidations at once; the limit is ${LIMITS.batchEventsMax}: name a prefix, tag or scope`,
      );
    return node.publish(announcements);
  }

  coherence(): Coherence {
    return this.#node?.coherence ?? 'alone';
  }

  inspect(): TransportInspection {
    const nothing = { coherence: this.coherence(), addresses: [], peers: [], counters: {} };
    return { transport: this.name, ...(this.#node?.inspect() ?? nothing) };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #running(): MeshNode {
    if (!this.#node || this.#stopping !== undefined)
      throw new TransportStoppedError('the mesh is not running: use it after start, before stop');
    return this.#node;
  }

  /** While it stops, the links go one by one; that is no news about coherence. */
  async #start(host: TransportHost): Promise<void> {
    if (this.#stopping !== undefined)
      throw new TransportStoppedError('the mesh was stopped: make another');
    const guarded: TransportHost = {
      self: host.self,
      clock: host.clock,
      logger: host.logger,
      discovery: host.discovery,
      deliver: (events) => host.deliver(events),
      closeGap: (gap) => host.closeGap(gap),
      coherenceChanged: (coherence) => {
        if (this.#stopping === undefined) host.coherenceChanged(coherence);
      },
    };
    const onChange = (change: MembershipChange): void => {
      if (this.#stopping === undefined) for (const listener of this.#listeners) listener(change);
    };
    this.#node = await MeshNode.open(this.#config, guarded, onChange, this.#handlers);
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    const node = this.#node;
    await node?.close();
    this.#node = undefined;
  }
}
