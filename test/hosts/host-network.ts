import { runBatch } from './commands.ts';
import { type Delay, type Delayer, NO_DELAY } from './delay.ts';
import { HostProcess, nodeCommand } from './host-process.ts';
import { inNamespace, NamespaceNames, removeStaleNamespaces } from './namespaces.ts';
import { NetemDelayer } from './netem-delayer.ts';
import { bytecode, HOSTS_MAX } from './port-filter.ts';
import { TapDelayer } from './tap-delayer.ts';
import { addressOf, portOf, readdress, wire } from './wiring.ts';

const MOVES_MAX = 255;

/** How the network treats what one host sends. What is left out is perfect. */
export interface Netem extends Partial<Delay> {
  /** 0 … 100 */
  readonly lossPercent?: number;
}

export interface ProgramStart {
  /** A file that calls runProgram (program.ts). */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

interface Host {
  readonly namespace: string;
  /** Hosts that nothing from here reaches. */
  readonly cutTo: Set<number>;
  lossPercent: number;
  isDelayed: boolean;
  moves: number;
}

/**
 * Hosts on this machine: network namespaces, each with one interface on a switch of their own. Packets
 * that are cut or lost vanish without an answer. Every change but a delay's is in force on return.
 */
export class HostNetwork {
  readonly #names: NamespaceNames;
  readonly #hosts: readonly Host[];
  #delayer: Delayer | undefined;
  readonly #processes = new Set<HostProcess>();

  /**
   * @param count 1 … 251
   * @throws {Error} this machine cannot (see hostsAvailable); nothing is left behind
   */
  static create(count: number): HostNetwork {
    if (!Number.isInteger(count) || count < 1 || count > HOSTS_MAX)
      throw new RangeError(`${count} hosts: use 1 to ${HOSTS_MAX}`);
    removeStaleNamespaces();
    const network = new HostNetwork(new NamespaceNames(count));
    networks.add(network);
    removeAllAtExit();
    try {
      network.#names.create();
      wire(network.#names);
      network.#filter(network.#hosts.keys());
    } catch (error) {
      network.#remove();
      throw error;
    }
    return network;
  }

  /** @throws {Error} what this machine lacks for a network, delays included */
  static probe(): void {
    const network = HostNetwork.create(1);
    try {
      delayerFor(network.#names);
    } finally {
      network.#remove();
    }
  }

  private constructor(names: NamespaceNames) {
    this.#names = names;
    this.#hosts = names.hosts.map((namespace) => {
      return { namespace, cutTo: new Set(), lossPercent: 0, isDelayed: false, moves: 0 };
    });
  }

  get count(): number {
    return this.#hosts.length;
  }

  /** All that it made, by name. */
  get namespaces(): readonly string[] {
    return this.#names.all;
  }

  address(host: number): string {
    return addressOf(host, this.#at(host).moves);
  }

  /** Of every host, before any moved: what a static list would hold. */
  get firstAddresses(): readonly string[] {
    return this.#hosts.map((_, host) => addressOf(host, 0));
  }

  start(host: number, { script, args, env = {} }: ProgramStart): HostProcess {
    const { namespace } = this.#at(host);
    const command = inNamespace(namespace, nodeCommand(script, args));
    const started = new HostProcess(namespace, command, env);
    this.#processes.add(started);
    void started.exited.then(() => this.#processes.delete(started));
    return started;
  }

  /** Gives the host another address; it no longer has the former, and processes are not told. */
  moveAddress(host: number): string {
    const moved = this.#at(host);
    if (moved.moves === MOVES_MAX)
      throw new RangeError(`host ${host} has moved ${MOVES_MAX} times`);
    const before = this.address(host);
    readdress(moved.namespace, before, addressOf(host, moved.moves + 1));
    moved.moves++;
    return this.address(host);
  }

  cutOneWay(from: number, to: number): void {
    this.#at(to);
    this.#at(from).cutTo.add(to);
    this.#filter([from]);
  }

  cutPair(one: number, other: number): void {
    this.#at(one).cutTo.add(other);
    this.#at(other).cutTo.add(one);
    this.#filter([one, other]);
  }

  healPair(one: number, other: number): void {
    this.#at(one).cutTo.delete(other);
    this.#at(other).cutTo.delete(one);
    this.#filter([one, other]);
  }

  /** Cuts the host from every other. */
  isolate(host: number): void {
    for (const [other, { cutTo }] of this.#hosts.entries()) {
      if (other === host) continue;
      cutTo.add(host);
      this.#at(host).cutTo.add(other);
    }
    this.#filter(this.#hosts.keys());
  }

  /** Ends every cut from and to the host. */
  heal(host: number): void {
    this.#at(host).cutTo.clear();
    for (const { cutTo } of this.#hosts) cutTo.delete(host);
    this.#filter(this.#hosts.keys());
  }

  /** Makes these the cuts, one way each, and ends every other. */
  replaceCuts(cuts: Iterable<readonly [from: number, to: number]>): void {
    for (const { cutTo } of this.#hosts) cutTo.clear();
    for (const [from, to] of cuts) {
      this.#at(to);
      this.#at(from).cutTo.add(to);
    }
    this.#filter(this.#hosts.keys());
  }

  /** Ends every cut; loss and delays stay. */
  healAll(): void {
    for (const { cutTo } of this.#hosts) cutTo.clear();
    this.#filter(this.#hosts.keys());
  }

  /** Replaces how what the host sends is treated; `{}` makes it perfect again. */
  async netem(host: number, { lossPercent = 0, ...partial }: Netem): Promise<void> {
    const delay = { ...NO_DELAY, ...partial };
    check('lossPercent', lossPercent, 100);
    check('delayMs', delay.delayMs, 60_000);
    check('jitterMs', delay.jitterMs, delay.delayMs);
    check('reorderPercent', delay.reorderPercent, delay.delayMs > 0 ? 100 : 0);
    const target = this.#at(host);
    target.lossPercent = lossPercent;
    this.#filter([host]);
    if (delay.delayMs === 0 && !target.isDelayed) return;
    this.#delayer ??= delayerFor(this.#names);
    await this.#delayer.set(host, delay);
    target.isDelayed = delay.delayMs > 0;
  }

  /** Ends what runs on the hosts and removes them. May be called again. */
  async close(): Promise<void> {
    const endings = [...this.#processes].map(({ exited }) => exited);
    this.#remove();
    await Promise.all([...endings, this.#delayer?.stop()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** At once, as the end of this process demands. */
  static removeAll(): void {
    for (const network of networks) network.#remove();
  }

  #remove(): void {
    this.#names.remove();
    networks.delete(this);
  }

  /** Brings the switch in line with what these hosts may send. */
  #filter(hosts: Iterable<number>): void {
    const lines = [...hosts].map(
      (host) =>
        `filter replace dev ${portOf(host)} ingress protocol ip prio 1 handle 1 ` +
        `bpf direct-action bytecode "${bytecode(this.#at(host))}"`,
    );
    runBatch('tc', lines, this.#names.switch);
  }

  #at(host: number): Host {
    const found = this.#hosts[host];
    if (!found) throw new RangeError(`host ${host}: there are ${this.count}, numbered from 0`);
    return found;
  }
}

/** @throws {Error} says what the machine lacks */
function delayerFor(names: NamespaceNames): Delayer {
  const netem = new NetemDelayer(names);
  if (netem.isOffered()) return netem;
  const lack = TapDelayer.lacks();
  if (lack !== undefined)
    throw new Error(`the kernel has no netem, and there is no ${lack} instead`);
  return new TapDelayer(names);
}

const networks = new Set<HostNetwork>();
let removesAtExit = false;

function removeAllAtExit(): void {
  if (removesAtExit) return;
  removesAtExit = true;
  process.on('exit', HostNetwork.removeAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      HostNetwork.removeAll();
      // Whoever else listens decides what becomes of this process.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
}

function check(name: string, value: number, max: number): void {
  if (!(value >= 0 && value <= max)) throw new RangeError(`${name} ${value}: use 0 to ${max}`);
}
