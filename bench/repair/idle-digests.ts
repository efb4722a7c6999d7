/**
 * What repair sends while nothing happens: the bytes of digests in a node's heartbeats, and of whatever else
 * it may say to compare.
 */
import {
  type Digest,
  type Heartbeat,
  type NodeEffect,
  NodeMachine,
  type NodeMessage,
} from '@hearsay/protocol';
import type { Origin, Sequence } from '@hearsay/spi';
import { encodeMessage } from '@hearsay/wire';
import { announcementOf, originOf } from './words.ts';

const TICK_MS = 100;
const PROBE_INTERVAL_MS = 500;
const PROBES_MAX = 8;
/** With so many peers a node sends as many probes as it ever does. */
const PEERS_MAX = 63;
const NO_DIGEST: Digest = { heads: [], hashLow: 0, hashHigh: 0 };

/** G: by then an origin that was heard once, at the beginning, is told of no more. */
const SILENT_MS = 100_000;
/** When all the others were heard. Nobody leaves while it is counted. */
const HEARD_MS = 60_000;

/**
 * @param nodes of the cluster, each of which has published something
 * @param seconds of simulated time, at most 60
 * @returns bytes a second that one of them sends, in its probes and in its answers to those of others
 */
export function idleBytesPerSecond(nodes: number, seconds: number): number {
  const node = new IdleNode(nodes);
  node.run(HEARD_MS);
  node.hear();
  node.run(SILENT_MS - HEARD_MS);
  const before = node.bytes;
  node.run(seconds * 1_000);
  return (node.bytes - before) / seconds;
}

/** A node whose peers answer its probes, and probe it as often as it probes them. */
class IdleNode {
  bytes = 0;
  /** What it sent last, as everyone does while nothing happens. */
  #digest = NO_DIGEST;
  readonly #others: readonly Origin[];
  readonly #peers: readonly Origin[];
  readonly #machine: NodeMachine;
  #nowMs = 0;
  #turn = 0;
  #beat = 0;

  constructor(nodes: number) {
    this.#others = Array.from({ length: nodes - 1 }, (_, index) => originOf(index));
    this.#peers = this.#others.slice(0, PEERS_MAX);
    const self = { origin: originOf(-1), addresses: [], metadata: {} };
    this.#machine = new NodeMachine(self, { mesh: { silentOriginMs: SILENT_MS } }, 0);
    // They know no more than this node: so the vectors are compared.
    const message = { kind: 'vector', entries: [], reply: false } as const;
    for (const peer of this.#peers) {
      this.#machine.handle({ kind: 'link-up', peer, addresses: [] }, 0);
      this.#machine.handle({ kind: 'message', from: peer, message }, 0);
    }
    this.#event(originOf(nodes), nodes);
  }

  /** Everyone publishes something. */
  hear(): void {
    for (const [index, origin] of this.#others.entries()) this.#event(origin, index);
    this.#machine.handle({ kind: 'publish', announcements: [announcementOf(-1)] }, this.#nowMs);
  }

  run(forMs: number): void {
    for (const endMs = this.#nowMs + forMs; this.#nowMs < endMs; this.#nowMs += TICK_MS) {
      const tick = { kind: 'tick', random: 0.5, eventLoopDelayMs: 0 } as const;
      this.#perform(this.#machine.handle(tick, this.#nowMs));
      if (this.#nowMs % PROBE_INTERVAL_MS === 0) this.#beProbed();
    }
  }

  #event(origin: Origin, index: number): void {
    const run = { origin, first: 1 as Sequence, announcements: [announcementOf(index)] };
    this.#machine.handle({ kind: 'events', runs: [run] }, this.#nowMs);
  }

  /** By as many as it probes itself: that is how often each node is probed on average. */
  #beProbed(): void {
    this.#beat++;
    const probes = Math.min(PROBES_MAX, Math.ceil((this.#peers.length + 1) / 2));
    for (let i = 0; i < probes; i++) {
      const peer = this.#peers[this.#turn++ % this.#peers.length] as Origin;
      this.#answer(peer, {
        kind: 'heartbeat',
        beat: this.#beat,
        digest: this.#digest,
        updates: [],
      });
    }
  }

  #answer(from: Origin, message: Heartbeat): void {
    this.#perform(this.#machine.handle({ kind: 'message', from, message }, this.#nowMs));
  }

  #perform(effects: readonly NodeEffect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'send') continue;
      const { message, to } = effect;
      this.bytes += repairBytesOf(message);
      if (message.kind !== 'heartbeat' && message.kind !== 'heartbeat-ack') continue;
      this.#digest = message.digest;
      if (message.kind === 'heartbeat') this.#answer(to, { ...message, kind: 'heartbeat-ack' });
    }
  }
}

function repairBytesOf(message: NodeMessage): number {
  const { byteLength } = encodeMessage(message);
  switch (message.kind) {
    case 'heartbeat':
    case 'heartbeat-ack':
      return byteLength - encodeMessage({ ...message, digest: NO_DIGEST }).byteLength;
    case 'members':
    case 'ping-request':
    case 'ping-result':
      return 0;
    default:
      return byteLength;
  }
}
