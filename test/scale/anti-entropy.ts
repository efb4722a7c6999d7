import type { Comparison } from './comparison.ts';
import { Digests } from './digests.ts';
import { numberOf } from './network.ts';
import type { Parts } from './parts.ts';
import type { Patience } from './patience.ts';

const PULL = numberOf('pull');
const ANSWER = numberOf('answer');
const MISSING = numberOf('missing');

/**
 * Digests that are compared, and pulls of what is missing, at the ticks of each node. Follows
 * anti-entropy.ts and mesh-machine.ts of the protocol.
 */
export class AntiEntropy {
  readonly #parts: Parts;
  readonly #digests: Digests;
  readonly #patience: Patience;
  readonly #comparison: Comparison;
  readonly #phases: Float64Array;
  readonly #ticking: Uint8Array;

  /** @param phases per node, when its first tick is */
  constructor(parts: Parts, patience: Patience, comparison: Comparison, phases: Float64Array) {
    this.#parts = parts;
    this.#patience = patience;
    this.#comparison = comparison;
    this.#phases = phases;
    this.#digests = new Digests(parts.settings);
    this.#ticking = new Uint8Array(parts.topology.nodes);
  }

  /** Sends a message with the digest of its sender. */
  sendDigest(kind: number, from: number, to: number, more: number, place: number): void {
    const { network, holdings, sizes } = this.#parts;
    const digest = this.#digests.take(holdings, from, network.nowMs);
    const bytes = sizes.heartbeat(this.#digests.count(digest));
    if (!network.send(kind, from, to, bytes, digest, more, place)) this.#digests.release(digest);
  }

  digest(node: number, from: number, digest: number): void {
    const { holdings, publications, network, repairs } = this.#parts;
    if (this.#digests.hash(digest) === holdings.hash(node)) this.#patience.agreed(node, from);
    else {
      for (let i = 0; i < this.#digests.count(digest); i++) {
        const head = this.#digests.head(digest, i);
        const origin = publications.originOf(head);
        const sequence = publications.sequenceOf(head);
        repairs.claim(node, from, origin, sequence, network.nowMs, network.nowMs);
      }
      if (this.#patience.disagreed(node, from, network.nowMs)) this.#comparison.begin(node, from);
      this.tickIfNeeded(node);
    }
    this.#digests.release(digest);
  }

  pull(node: number, from: number, events: readonly number[]): void {
    const { holdings, network, sizes } = this.#parts;
    const held = events.filter((event) => holdings.has(node, event));
    const missing = events.filter((event) => !holdings.has(node, event));
    if (missing.length > 0)
      network.sendList(MISSING, node, from, sizes.pull(missing.length), missing);
    if (held.length > 0) network.sendList(ANSWER, node, from, sizes.answer(held.length), held);
  }

  answer(node: number, from: number, events: readonly number[]): void {
    for (const event of events) this.#parts.deliveries.arrived(node, event, 0);
    if (this.#parts.repairs.answered(node, from, events)) this.#pullNow(node);
    this.tickIfNeeded(node);
  }

  missing(node: number, from: number, events: readonly number[]): void {
    this.#parts.repairs.lacks(node, from, events);
    this.#pullNow(node);
  }

  tick(node: number): void {
    this.#ticking[node] = 0;
    this.#pullNow(node);
    this.tickIfNeeded(node);
  }

  /** A node ticks while it misses something; otherwise a tick would do nothing here. */
  tickIfNeeded(node: number): void {
    if (this.#ticking[node] === 1 || !this.#parts.repairs.isOpen(node)) return;
    this.#ticking[node] = 1;
    const { network, settings } = this.#parts;
    const phaseMs = (this.#phases[node] as number) % settings.tickMs;
    const ticks = Math.floor((network.nowMs - phaseMs) / settings.tickMs) + 1;
    network.at(phaseMs + ticks * settings.tickMs, 'tick', node);
  }

  #pullNow(node: number): void {
    const { repairs, network, sizes } = this.#parts;
    for (const { peer, events } of repairs.next(node, network.nowMs))
      network.sendList(PULL, node, peer, sizes.pull(events.length), events);
  }
}
