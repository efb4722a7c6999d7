import { type NodeEffect, type NodeInput, NodeMachine, type NodeMessage } from '@hearsay/protocol';
import {
  type Announcement,
  type InvalidationEvent,
  type Origin,
  originId,
  type Sequence,
} from '@hearsay/spi';
import { decodeMessage, encodeMessage } from '@hearsay/wire';
import type { Mutated, Mutation } from '../mutations.ts';
import type { Dice } from '../world/dice.ts';
import type { Frame, LinkEnd, LinkOwner, SimulatedNetwork } from '../world/network.ts';
import type { Process } from './process.ts';

type Member = Extract<NodeEffect, { kind: 'connect' }>['member'];

/** What the driver needs of the world, and tells it. */
export interface MeshHost extends Mutated {
  readonly address: string;
  readonly process: Process;
  readonly network: SimulatedNetwork;
  readonly mutation: Mutation | undefined;
  readonly options: ConstructorParameters<typeof NodeMachine>[1];
  readonly medium: 'direct' | 'gossip';
  /** Numbers the frames of the shared medium. */
  readonly nextFrame: () => number;
  delivered(events: readonly InvalidationEvent[]): void;
  coherence(effect: Extract<NodeEffect, { kind: 'coherence' }>): void;
  gap(effect: Extract<NodeEffect, { kind: 'open-gap' }>): void;
  memberLost(left: number): void;
  memberChanged(): void;
  connect(member: Member): void;
  /** A frame of this node's own events leaves. @returns whom to tell when it is lost */
  published(first: number, count: number): ((by: LinkOwner) => void) | undefined;
  spoke(kind: string, frame: Frame): void;
}

const TICK_MS = 100;
/** As many as gossipsub's D. */
const FORWARD_TO = 6;
const SEEN_MAX = 4_096;

/** Drives the machine of one node as `@hearsay/mesh` does, over the simulated network. */
export class MeshDriver {
  readonly machine: NodeMachine;
  readonly links = new Map<string, LinkEnd>();
  readonly #host: MeshHost;
  readonly #dice: Dice;
  readonly #seen = new Set<number>();
  #outbox: Announcement[] = [];

  constructor(host: MeshHost, dice: Dice) {
    this.#host = host;
    this.#dice = dice;
    const self = { origin: host.origin, addresses: [host.address], metadata: {} };
    this.machine = new NodeMachine(self, host.options, host.process.clock.monotonicMs());
    host.process.after(dice.between(0, TICK_MS), () => this.#tick());
  }

  handle(input: NodeInput): void {
    const { process } = this.#host;
    if (!process.isAlive) return;
    for (const effect of this.machine.handle(input, process.clock.monotonicMs()))
      this.#perform(effect);
  }

  /** What is announced in one turn of the event loop leaves as one. */
  publish(announcements: readonly Announcement[]): void {
    if (this.#outbox.length === 0) this.#host.process.soon(() => this.#flush());
    this.#outbox.push(...announcements);
  }

  linked(end: LinkEnd, peer: Origin, addresses: readonly string[]): void {
    this.links.set(originId(peer), end);
    this.handle({ kind: 'link-up', peer, addresses });
  }

  closed(end: LinkEnd, peer: Origin): void {
    if (this.links.get(originId(peer)) !== end) return;
    this.links.delete(originId(peer));
    this.handle({ kind: 'link-down', peer, evidence: 'closed' });
  }

  received(from: Origin, frame: Frame): void {
    if (frame.shared !== undefined && !this.#isNew(frame.shared)) return;
    const decoded = decodeMessage(frame.bytes);
    const { mutation } = this.#host;
    const message = mutation?.message ? mutation.message(decoded, this.#host) : decoded;
    if (message === undefined) return;
    if (mutation?.repeats && message.kind === 'events') this.#repeat(message.runs);
    if (frame.shared === undefined) this.handle({ kind: 'message', from, message });
    else if (message.kind === 'events') {
      this.#forward(frame);
      this.handle({ kind: 'events', runs: message.runs });
    }
  }

  leave(): void {
    this.#flush();
    this.handle({ kind: 'leave' });
  }

  /** A mutation: what comes is delivered, new or not. */
  #repeat(runs: Extract<NodeInput, { kind: 'events' }>['runs']): void {
    for (const { origin, first, announcements } of runs)
      this.#host.delivered(
        announcements.map((one, i) => ({ ...one, origin, sequence: (first + i) as Sequence })),
      );
  }

  #tick(): void {
    const { process } = this.#host;
    const eventLoopDelayMs = process.takeStallMs();
    this.handle({ kind: 'tick', random: this.#dice.next(), eventLoopDelayMs });
    process.after(TICK_MS, () => this.#tick());
  }

  #flush(): void {
    const announcements = this.#outbox;
    if (announcements.length === 0) return;
    this.#outbox = [];
    this.handle({ kind: 'publish', announcements });
  }

  #perform(effect: NodeEffect): void {
    const host = this.#host;
    switch (effect.kind) {
      case 'send':
        this.#send(effect);
        break;
      case 'broadcast':
        this.#broadcast(effect.message);
        break;
      case 'deliver':
        host.delivered(effect.events);
        break;
      case 'close-link':
        this.#close(effect.peer);
        break;
      case 'open-gap':
        host.gap(effect);
        break;
      case 'coherence':
        host.coherence(effect);
        break;
      case 'connect':
        host.connect(effect.member);
        break;
      case 'changed':
        this.#changed(effect);
        break;
      case 'refuted':
      case 'name-conflict':
        break;
    }
  }

  #send({ to, message }: Extract<NodeEffect, { kind: 'send' }>): void {
    const end = this.links.get(originId(to));
    if (!end) return;
    const frame = this.#frameOf(message);
    this.#host.spoke(message.kind, frame);
    this.#host.network.send(end, frame);
  }

  #broadcast(message: Extract<NodeEffect, { kind: 'broadcast' }>['message']): void {
    const [run] = message.runs;
    if (this.#host.medium === 'gossip') {
      const shared = this.#host.nextFrame();
      this.#isNew(shared);
      this.#forward(this.#frameOf(message, { shared }));
      return;
    }
    const onLost = run && this.#host.published(run.first, run.announcements.length);
    const frame = this.#frameOf(message, { onLost });
    for (const end of this.links.values()) this.#host.network.send(end, frame);
  }

  #frameOf(message: NodeMessage, about: Pick<Frame, 'shared' | 'onLost'> = {}): Frame {
    return { bytes: encodeMessage(message), ...about };
  }

  /** Passes a frame of the shared medium on to a few. */
  #forward(frame: Frame): void {
    const ends = [...this.links.values()];
    for (let i = 0; i < FORWARD_TO && ends.length > 0; i++) {
      const [end] = ends.splice(this.#dice.whole(0, ends.length - 1), 1);
      if (end) this.#host.network.send(end, frame);
    }
  }

  #isNew(shared: number): boolean {
    if (this.#seen.has(shared)) return false;
    if (this.#seen.size >= SEEN_MAX) this.#seen.clear();
    this.#seen.add(shared);
    return true;
  }

  /** By this side: its own machine is told that silence did it. */
  #close(peer: Origin): void {
    const end = this.links.get(originId(peer));
    if (!end) return;
    this.links.delete(originId(peer));
    this.handle({ kind: 'link-down', peer, evidence: 'silent' });
    this.#host.network.close(end);
  }

  #changed({ member, before }: Extract<NodeEffect, { kind: 'changed' }>): void {
    this.#host.memberChanged();
    if (before !== 'alive' || (member.state !== 'suspect' && member.state !== 'dead')) return;
    const left = this.machine.members().filter(({ state }) => state === 'alive');
    this.#host.memberLost(left.length);
  }
}
