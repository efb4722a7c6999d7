import { join } from 'node:path';
import type { MeshTransportOptions } from '@hearsay/mesh';
import type { Coherence, TransportInspection } from '@hearsay/spi';
import type { HostNetwork } from './host-network.ts';
import type { HostProcess } from './host-process.ts';
import type { MemberMemory, MemberNews, MemberStarted, Publication } from './member.ts';

const SCRIPT = join(import.meta.dirname, 'member.ts');
const PORT = 7946;

/** Every member needs one, for hosts are not loopback. */
export const CLUSTER_KEY = '5'.repeat(64);

export interface HostedMemberOptions {
  /** Default: `n` and the host's number. */
  readonly node?: string;
  /** Besides `listen`, `peers` (the first address of every host) and `clusterKey`. */
  readonly transport?: MeshTransportOptions;
}

/** A member of the mesh that runs on a host, and what it told so far. */
export class HostedMember {
  readonly node: string;
  readonly process: HostProcess;
  coherence: Coherence = 'alone';
  /** Peers that answer it, by origin. */
  peers: readonly string[] = [];
  /** How many different events of each origin it has. */
  received: Readonly<Record<string, number>> = {};
  /** What it declared lost to the transport (rule F8). */
  readonly gaps: string[] = [];
  /** All that it told, in order; its times are comparable between members. */
  readonly news: MemberNews[] = [];
  #origin = '';

  static start(
    network: HostNetwork,
    host: number,
    options: HostedMemberOptions = {},
  ): Promise<HostedMember> {
    return new HostedMember(network, host, options).#start();
  }

  private constructor(network: HostNetwork, host: number, options: HostedMemberOptions) {
    this.node = options.node ?? `n${host}`;
    const transport: MeshTransportOptions = {
      listen: `${network.address(host)}:${PORT}`,
      peers: network.firstAddresses.map((address) => `${address}:${PORT}`),
      clusterKey: CLUSTER_KEY,
      ...options.transport,
    };
    const config = JSON.stringify({ node: this.node, transport });
    this.process = network.start(host, { script: SCRIPT, args: [config] });
    this.process.onTold((told) => this.#heard(told as MemberNews));
  }

  /** Its name and this life's epoch. */
  get origin(): string {
    return this.#origin;
  }

  publish(publication: Publication): Promise<void> {
    return this.process.ask('publish', publication);
  }

  inspect(): Promise<TransportInspection> {
    return this.process.ask('inspect');
  }

  /** @returns milliseconds from publish to delivery of what was received since it was last asked */
  latenciesMs(): Promise<number[]> {
    return this.process.ask('latencies');
  }

  memory(): Promise<MemberMemory> {
    return this.process.ask('memory');
  }

  block(ms: number): Promise<void> {
    return this.process.ask('block', { ms });
  }

  /** Leaves the mesh; the process stays. */
  stop(): Promise<void> {
    return this.process.ask('stop');
  }

  untilCoherence(coherence: Coherence): Promise<void> {
    return this.process.until(
      () => this.coherence === coherence,
      () => `${coherence}; it is ${this.coherence}`,
    );
  }

  /** Resolves once exactly these others answer it. */
  untilPeers(others: readonly HostedMember[]): Promise<void> {
    const wanted = others
      .filter((other) => other !== this)
      .map(({ origin }) => origin)
      .sort();
    return this.process.until(
      () => this.peers.join() === wanted.join(),
      () => `the peers ${wanted.join()}; they are ${this.peers.join()}`,
    );
  }

  /** Resolves once it has so many different events of the other. */
  untilReceived(from: HostedMember, count: number): Promise<void> {
    return this.process.until(
      () => (this.received[from.origin] ?? 0) >= count,
      () => {
        const there = this.received[from.origin] ?? 0;
        return `${count} events of ${from.origin}; there are ${there}, gaps: ${this.gaps.join()}`;
      },
    );
  }

  async #start(): Promise<this> {
    const { origin } = await this.process.ask<MemberStarted>('start');
    this.#origin = origin;
    return this;
  }

  #heard(item: MemberNews): void {
    this.news.push(item);
    if (item.kind === 'coherence') this.coherence = item.coherence;
    else if (item.kind === 'peers') this.peers = item.peers;
    else if (item.kind === 'received') this.received = item.counts;
    else this.gaps.push(item.reason);
  }
}
