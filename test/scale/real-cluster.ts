import {
  type NodeEffect,
  type NodeInput,
  NodeMachine,
  type NodeMessage,
  type NodeOptions,
} from '@hearsay/protocol';
import {
  type Announcement,
  type Epoch,
  keyOf,
  nodeNameOf,
  type Origin,
  originId,
  type Sequence,
  scopeOf,
} from '@hearsay/spi';
import {
  SeededRandom,
  SimulatedClock,
  type SimulatedEndpoint,
  SimulatedNetwork,
} from '@hearsay/testkit';
import { decodeMessage, encodeMessage } from '@hearsay/wire';

const TICK_MS = 100;
const SETTLE_MS = 3_000;
const STEP_MS = 5;
const JITTER = 0.1;
/** What a new connection takes, in times that a message takes. */
const HANDSHAKE_LINKS = 6;
const ANNOUNCEMENT: Announcement = {
  scope: scopeOf('s'),
  target: { kind: 'key', key: keyOf('k') },
};

export interface RealClusterOptions {
  readonly nodes: number;
  readonly linkMs: number;
  /** Share of the copies of an event that its publisher sends in vain. */
  readonly spreadLoss: number;
  /** Share of all other messages that never arrive while events are under way. */
  readonly loss: number;
  /** Of whom everyone has an event already, besides the nodes. */
  readonly origins?: number;
  readonly seed: number;
  readonly machine?: NodeOptions;
}

export interface RealTraffic {
  readonly messages: number;
  /** Of the frames. */
  readonly bytes: number;
}

interface Process {
  readonly origin: Origin;
  readonly machine: NodeMachine;
  readonly endpoint: SimulatedEndpoint;
}

/**
 * The production machines, all linked to each other by direct links, over testkit's simulated time
 * and network: what the model of the same size is compared with.
 */
export class RealCluster {
  readonly #options: RealClusterOptions;
  readonly #clock = new SimulatedClock();
  readonly #network: SimulatedNetwork;
  readonly #random: SeededRandom;
  readonly #processes: Process[] = [];
  readonly #byId = new Map<string, Process>();
  readonly #delays: { readonly delayMsMin: number; readonly delayMsMax: number };
  readonly #latenciesMs: number[] = [];
  readonly #sent = new Map<NodeMessage['kind'], RealTraffic>();
  #publishedMs = 0;
  #missing = 0;

  constructor(options: RealClusterOptions) {
    this.#options = options;
    const { linkMs, nodes, seed } = options;
    this.#random = new SeededRandom(seed);
    this.#delays = { delayMsMin: linkMs * (1 - JITTER), delayMsMax: linkMs * (1 + JITTER) };
    this.#network = new SimulatedNetwork(this.#clock, seed, this.#delays);
    for (let i = 0; i < nodes; i++) this.#start(i);
    // A node's first ticks give it its random numbers, by which it orders those that it probes.
    this.#clock.advance(3 * TICK_MS);
    for (const near of this.#processes)
      for (const far of this.#processes)
        if (near !== far) this.#handle(near, { kind: 'link-up', peer: far.origin, addresses: [] });
    for (let i = 0; i < (options.origins ?? 0); i++) this.#preload(i);
    this.#clock.advance(SETTLE_MS);
  }

  /**
   * A stream of events by anyone, at random moments.
   * @returns what is sent meanwhile, by kind
   */
  traffic(eventsPerSecond: number, seconds: number): ReadonlyMap<NodeMessage['kind'], RealTraffic> {
    this.#sent.clear();
    for (let event = 0; event < eventsPerSecond * seconds; event++) {
      this.#clock.advance((2_000 / eventsPerSecond) * this.#random.next());
      this.#publish();
    }
    return this.#sent;
  }

  /**
   * One event after another, each by another node.
   * @returns from publication to each delivery at another node, ascending
   */
  latenciesMs(events: number): number[] {
    for (let event = 0; event < events; event++) {
      // At any moment of the nodes' ticks.
      this.#clock.advance(this.#random.next() * 1_000);
      this.#missing = this.#options.nodes - 1;
      this.#publish();
      while (this.#missing > 0) this.#clock.advance(STEP_MS);
      // Membership recovers from what the loss made it believe.
      this.#network.setFaults(this.#delays);
      this.#clock.advance(SETTLE_MS);
    }
    return this.#latenciesMs.toSorted((a, b) => a - b);
  }

  #start(index: number): void {
    const origin: Origin = { node: nodeNameOf(`n${index}`), epoch: epochOf(index) };
    const machine = new NodeMachine(
      { origin, addresses: [], metadata: {} },
      this.#options.machine ?? {},
      this.#clock.monotonicMs(),
    );
    const endpoint = this.#network.attach(originId(origin), (from, bytes) => {
      const sender = this.#byId.get(from) as Process;
      this.#handle(process, {
        kind: 'message',
        from: sender.origin,
        message: decodeMessage(bytes),
      });
    });
    const process: Process = { origin, machine, endpoint };
    this.#processes.push(process);
    this.#byId.set(originId(origin), process);
    this.#clock.schedule(this.#random.next() * TICK_MS, () => this.#tick(process));
  }

  #tick(process: Process): void {
    this.#clock.schedule(TICK_MS, () => this.#tick(process));
    this.#handle(process, { kind: 'tick', random: this.#random.next(), eventLoopDelayMs: 0 });
  }

  /** Everyone hears an event of an origin that is not here, as of a node that has stopped since. */
  #preload(index: number): void {
    const origin = { node: nodeNameOf(`x${index}`), epoch: epochOf(index + 2 ** 32) };
    const runs = [{ origin, first: 1 as Sequence, announcements: [ANNOUNCEMENT] }];
    for (const process of this.#processes) this.#handle(process, { kind: 'events', runs });
  }

  #publish(): void {
    const { spreadLoss, loss, nodes } = this.#options;
    const publisher = this.#processes[Math.floor(this.#random.next() * nodes)] as Process;
    this.#publishedMs = this.#clock.monotonicMs();
    this.#network.setFaults({ ...this.#delays, lossRate: spreadLoss });
    this.#handle(publisher, { kind: 'publish', announcements: [ANNOUNCEMENT] });
    this.#network.setFaults({ ...this.#delays, lossRate: loss });
  }

  #handle(process: Process, input: NodeInput): void {
    for (const effect of process.machine.handle(input, this.#clock.monotonicMs()))
      this.#perform(process, effect);
  }

  #perform(process: Process, effect: NodeEffect): void {
    if (effect.kind === 'send') this.#send(process, [effect.to], effect.message);
    else if (effect.kind === 'broadcast') {
      const peers = process.machine.links.map(({ peer }) => peer);
      this.#send(process, peers, effect.message);
    } else if (effect.kind === 'deliver') {
      this.#missing -= effect.events.length;
      for (const _ of effect.events)
        this.#latenciesMs.push(this.#clock.monotonicMs() - this.#publishedMs);
    } else if (effect.kind === 'close-link')
      this.#relink(process, this.#byId.get(originId(effect.peer)) as Process);
  }

  #send(process: Process, peers: readonly Origin[], message: NodeMessage): void {
    const bytes = encodeMessage(message);
    for (const peer of peers) process.endpoint.send(originId(peer), bytes);
    const before = this.#sent.get(message.kind) ?? { messages: 0, bytes: 0 };
    this.#sent.set(message.kind, {
      messages: before.messages + peers.length,
      bytes: before.bytes + peers.length * bytes.length,
    });
  }

  /** A link that was silent is closed, and dialled anew; connections themselves lose nothing. */
  #relink(near: Process, far: Process): void {
    const { linkMs } = this.#options;
    const evidence = 'closed';
    this.#clock.schedule(linkMs, () => {
      if (!isLinked(far, near)) return;
      this.#handle(far, { kind: 'link-down', peer: near.origin, evidence });
    });
    this.#clock.schedule(HANDSHAKE_LINKS * linkMs, () => {
      if (isLinked(near, far)) return;
      this.#handle(near, { kind: 'link-up', peer: far.origin, addresses: [] });
      this.#handle(far, { kind: 'link-up', peer: near.origin, addresses: [] });
    });
  }
}

function epochOf(index: number): Epoch {
  return index.toString(16).padStart(16, '0') as Epoch;
}

function isLinked(near: Process, far: Process): boolean {
  return near.machine.links.some(({ peer }) => originId(peer) === originId(far.origin));
}
