import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { MeshTransportOptions } from '@hearsay/mesh';
import type { Coherence, MemberMetadata, MembershipState, TransportInspection } from '@hearsay/spi';
import type { HostNetwork } from './host-network.ts';
import { HostProcess, nodeCommand } from './host-process.ts';
import type {
  MemberConfig,
  MemberMemory,
  MemberNews,
  MemberStarted,
  MemberView,
  Publication,
} from './member.ts';

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

/** A member of the mesh that runs on a host, or on this machine itself, and what it told so far. */
export class HostedMember {
  readonly node: string;
  readonly process: HostProcess;
  view: MemberView = { states: {}, metadata: {}, hash: '' };
  /** Since when the same members are alive or suspect to it, on the clock of its news. */
  viewSinceMs = 0;
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
    const node = options.node ?? `n${host}`;
    const transport: MeshTransportOptions = {
      listen: `${network.address(host)}:${PORT}`,
      peers: network.firstAddresses.map((address) => `${address}:${PORT}`),
      clusterKey: CLUSTER_KEY,
      ...options.transport,
    };
    const args = [JSON.stringify({ node, transport } satisfies MemberConfig)];
    return new HostedMember(node, network.start(host, { script: SCRIPT, args })).#start();
  }

  /** On this machine itself, without a network of its own. Its process exists on return. */
  static startHere(config: MemberConfig): {
    readonly member: HostedMember;
    readonly started: Promise<HostedMember>;
  } {
    const command = nodeCommand(SCRIPT, [JSON.stringify(config)]);
    const member = new HostedMember(config.node, new HostProcess(config.node, command, {}));
    return { member, started: member.#start() };
  }

  private constructor(node: string, process: HostProcess) {
    this.node = node;
    this.process = process;
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

  updateMetadata(metadata: MemberMetadata): Promise<void> {
    return this.process.ask('updateMetadata', metadata);
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

  stateOf(other: HostedMember): MembershipState | undefined {
    return this.view.states[other.origin];
  }

  /** Whether exactly these, itself among them, are alive to it, and nobody is suspect. */
  seesAlive(members: readonly HostedMember[]): boolean {
    const living = livingIn(this.view);
    return (
      living.length === members.length &&
      members.every(({ origin }) => this.view.states[origin] === 'alive')
    );
  }

  /** Resolves once exactly these, itself among them, are alive to it, and nobody is suspect. */
  untilAlive(members: readonly HostedMember[]): Promise<void> {
    return this.process.until(
      () => this.seesAlive(members),
      () => `${members.length} alive; its view is ${JSON.stringify(this.view.states)}`,
    );
  }

  untilState(other: HostedMember, state: MembershipState): Promise<void> {
    return this.process.until(
      () => this.stateOf(other) === state,
      () => `${other.origin} being ${state}; it is ${this.stateOf(other)}`,
    );
  }

  /** Resolves once this is what the other says of itself. */
  untilMetadata(other: HostedMember, metadata: MemberMetadata): Promise<void> {
    return this.process.until(
      () => isDeepStrictEqual(this.view.metadata[other.origin], metadata),
      () => `${JSON.stringify(metadata)} of ${other.origin}`,
    );
  }

  /** Resolves to the first news, told already or not, that happened then or later and is wanted. */
  async untilNews(
    sinceMs: number,
    isWanted: (item: MemberNews) => boolean,
    what: string,
  ): Promise<MemberNews> {
    let looked = 0;
    let found: MemberNews | undefined;
    await this.process.until(() => {
      while (!found && looked < this.news.length) {
        const item = this.news[looked++];
        if (item && item.atMs >= sinceMs && isWanted(item)) found = item;
      }
      return found !== undefined;
    }, what);
    if (!found) throw new Error(`no news of ${what}`);
    return found;
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
    if (item.kind === 'view') this.#seen(item);
    else if (item.kind === 'coherence') this.coherence = item.coherence;
    else if (item.kind === 'peers') this.peers = item.peers;
    else if (item.kind === 'received') this.received = item.counts;
    else this.gaps.push(item.reason);
  }

  #seen(view: MemberView & { readonly atMs: number }): void {
    const before = this.view;
    this.view = view;
    if (livingIn(this.view).join() !== livingIn(before).join()) this.viewSinceMs = view.atMs;
  }
}

/** @returns the living with their states, in order */
function livingIn({ states }: MemberView): string[] {
  return Object.entries(states)
    .filter(([, state]) => state === 'alive' || state === 'suspect')
    .map((entry) => entry.join(' '))
    .sort();
}
