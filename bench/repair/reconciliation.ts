/**
 * What it costs two nodes to find out in what their vectors differ: the bytes of the messages that
 * compare, as they stand on the wire, and how often one waits for the other. Pulls are not counted: they
 * cost what is missing, however it was found.
 */
import {
  type EventRun,
  type MeshEffect,
  MeshMachine,
  type MeshMessage,
  type NodeMessage,
} from '@hearsay/protocol';
import { type Announcement, type Origin, originId, type Sequence } from '@hearsay/spi';
import { decodeMessage, encodeMessage } from '@hearsay/wire';
import { announcementOf, originOf } from './words.ts';

export interface Reconciliation {
  readonly bytes: number;
  /** From the first message to the last, each way counting as a half. */
  readonly roundTrips: number;
  /** Whether each side now asks for all that it lacks. */
  readonly isComplete: boolean;
}

interface Node {
  readonly origin: Origin;
  readonly machine: MeshMachine;
}

interface Sent {
  readonly to: Node;
  readonly from: Node;
  readonly message: MeshMessage;
  /** How many messages had to come before it. */
  readonly depth: number;
}

/** Nothing happens by itself, and nobody is let go of. */
const OPTIONS = {
  heartbeatMs: Number.POSITIVE_INFINITY,
  isolatedAfterMs: 1e12,
  linkSilentMs: 1e12,
  silentOriginMs: 1e12,
};
const COMPARING = ['vector', 'sketch', 'sketch-request', 'difference'];
/** Takes two bytes on the wire, as that of most processes most of the time. */
const HEAD = 128;
/** Prime to every number of origins that is measured. */
const STRIDE = 7_919;

/** Two linked nodes that know the same origins. */
export class Pair {
  readonly #a: Node;
  readonly #b: Node;
  readonly #sketches: boolean;
  /** By origin, its newest sequence. */
  readonly #heads: number[];
  #changed = 0;
  #nowMs = 0;

  /** @param sketches `false`: whole vectors, as with a peer of before sketches */
  constructor(origins: number, sketches: boolean) {
    this.#sketches = sketches;
    this.#heads = Array<number>(origins).fill(HEAD);
    this.#a = { origin: originOf(-1), machine: new MeshMachine(originOf(-1), OPTIONS) };
    this.#b = { origin: originOf(-2), machine: new MeshMachine(originOf(-2), OPTIONS) };
    for (let index = 0; index < origins; index++)
      for (const node of [this.#a, this.#b]) this.#hear(node, index, 1, HEAD);
    this.#play([...this.#link(this.#a, this.#b), ...this.#link(this.#b, this.#a)]);
  }

  /** Lets `count` origins differ, half of them newer on either side, and has the two find out. */
  differ(count: number): Reconciliation {
    for (let i = 0; i < count; i++) {
      const index = (this.#changed++ * STRIDE) % this.#heads.length;
      const head = ++(this.#heads as [number])[index as 0];
      this.#hear(i % 2 === 0 ? this.#a : this.#b, index, head, head);
    }
    // Old enough for no digest to name it.
    this.#nowMs += 60_000;
    const cost = this.#play(this.#disagreement(), COMPARING);
    this.#nowMs += 1_000;
    const pulls = [...this.#tick(this.#a, this.#b), ...this.#tick(this.#b, this.#a)];
    const wanted = pulls.flatMap(({ message }) =>
      message.kind === 'pull' ? message.ranges.map(({ origin }) => originId(origin)) : [],
    );
    this.#play(pulls);
    this.#beat(this.#a, this.#b);
    return { ...cost, isComplete: new Set(wanted).size === count };
  }

  /** Digests that differ, so many in a row as it takes. @returns what they bring about */
  #disagreement(): Sent[] {
    for (let beats = 0; beats < 100; beats++) {
      const begun = this.#beat(this.#a, this.#b);
      if (begun.some(({ message }) => COMPARING.includes(message.kind))) return begun;
    }
    throw new Error('digests that differ bring about nothing');
  }

  #hear({ machine }: Node, index: number, first: number, last: number): void {
    const announcements = Array<Announcement>(last - first + 1).fill(announcementOf(index));
    const run: EventRun = { origin: originOf(index), first: first as Sequence, announcements };
    machine.handle({ kind: 'events', runs: [run] }, this.#nowMs);
  }

  #link(from: Node, to: Node): Sent[] {
    const input = { kind: 'link-up', peer: to.origin, sketches: this.#sketches } as const;
    return this.#sentBy(from, to, from.machine.handle(input, this.#nowMs), 1);
  }

  /** One node's digest reaches the other. */
  #beat(from: Node, to: Node): Sent[] {
    const digest = from.machine.digest(this.#nowMs);
    const message = { kind: 'heartbeat', beat: 1, digest } as const;
    const input = { kind: 'message', from: from.origin, message } as const;
    return this.#sentBy(to, from, to.machine.handle(input, this.#nowMs), 1);
  }

  #sentBy(from: Node, to: Node, effects: readonly MeshEffect[], depth: number): Sent[] {
    return effects.flatMap((effect) =>
      effect.kind === 'send' ? [{ from, to, message: effect.message, depth }] : [],
    );
  }

  #tick(from: Node, to: Node): Sent[] {
    const tick = { kind: 'tick', random: 0 } as const;
    return this.#sentBy(from, to, from.machine.handle(tick, this.#nowMs), 1);
  }

  /** Delivers messages, and what they bring about, until all is said. @param kinds all others are lost */
  #play(
    first: readonly Sent[],
    kinds?: readonly string[],
  ): Pick<Reconciliation, 'bytes' | 'roundTrips'> {
    let bytes = 0;
    let depthMax = 0;
    const queue = [...first];
    for (let sent = queue.shift(); sent; sent = queue.shift()) {
      const { from, to, message, depth } = sent;
      if (kinds && !kinds.includes(message.kind)) continue;
      const frame = encodeMessage(message as NodeMessage);
      bytes += frame.byteLength;
      depthMax = Math.max(depthMax, depth);
      const decoded = decodeMessage(frame) as MeshMessage;
      const input = { kind: 'message', from: from.origin, message: decoded } as const;
      queue.push(...this.#sentBy(to, from, to.machine.handle(input, this.#nowMs), depth + 1));
    }
    return { bytes, roundTrips: depthMax / 2 };
  }
}
