import { randomBytes } from 'node:crypto';
import { type Medium, meshTransport } from '@hearsay/mesh';
import {
  type CacheInvalidationTransport,
  type DiscoveredNode,
  type Epoch,
  type InvalidationEvent,
  type Logger,
  nodeNameOf,
  scopeOf,
  type TransportHost,
} from '@hearsay/spi';
import { machineClock, until } from './time.ts';

const CONNECT_MS = 20_000;
const SCOPE = scopeOf('bench');

export interface MemberConfig {
  readonly node: string;
  readonly medium: Medium;
  readonly clusterKey?: string;
  /** What to dial, where that is known before the others listen. */
  readonly peers?: readonly string[];
}

/** The mesh alone, without a log or a cache, between `publish` and its host's handler. */
export class MeshMember {
  readonly #transport: CacheInvalidationTransport;
  readonly #host: TransportHost;
  #others: readonly DiscoveredNode[] = [];

  constructor(config: MemberConfig, deliver: (event: InvalidationEvent) => void) {
    const { node, ...options } = config;
    this.#transport = meshTransport({ ...options, announce: false });
    const discover = async (): Promise<readonly DiscoveredNode[]> => this.#others;
    this.#host = {
      self: { node: nodeNameOf(node), epoch: randomBytes(8).toString('hex') as Epoch },
      clock: machineClock,
      logger: silent,
      discovery: [{ name: 'bench', discover }],
      deliver: (events) => {
        for (const event of events) deliver(event);
      },
      coherenceChanged: () => {},
      closeGap: async ({ reason }) => {
        throw new Error(`events were lost for good: ${reason}`);
      },
    };
  }

  /** @returns the address that it listens on */
  async start(): Promise<string> {
    await this.#transport.start(this.#host);
    const [address] = this.#transport.inspect().listening ?? [];
    if (address === undefined) throw new Error('the mesh listens nowhere');
    return address;
  }

  /** Tells it where the others are, once all of them listen. */
  introduce(addresses: readonly string[]): void {
    this.#others = addresses.map((address) => ({ addresses: [address] }));
  }

  /** Resolves once this node is coherent and so many others have answered it. */
  async connected(peers: number): Promise<void> {
    const isConnected = (): boolean => {
      const { coherence, peers: known } = this.#transport.inspect();
      return coherence === 'coherent' && known.filter(isAcknowledged).length === peers;
    };
    await until(`${this.#host.self.node} with ${peers} peers`, isConnected, CONNECT_MS);
  }

  /** @returns when the last round trip was acknowledged by any peer, on the machine's clock */
  lastContactMs(): number {
    const { peers } = this.#transport.inspect();
    const silentForMs = Math.min(
      ...peers.map((peer) => peer.silentForMs ?? Number.POSITIVE_INFINITY),
    );
    return machineClock.monotonicMs() - silentForMs;
  }

  counters(): Readonly<Record<string, number>> {
    return this.#transport.inspect().counters;
  }

  async publish(key: string): Promise<void> {
    await this.#transport.publish([{ scope: SCOPE, target: { kind: 'key', key } }]);
  }
}

function isAcknowledged(peer: { readonly roundTripMs: number | undefined }): boolean {
  return peer.roundTripMs !== undefined;
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
