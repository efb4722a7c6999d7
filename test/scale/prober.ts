import type { SeededRandom } from '@hearsay/testkit';
import type { AntiEntropy } from './anti-entropy.ts';
import { numberOf } from './network.ts';
import type { Parts } from './parts.ts';
import { ProbeOrders } from './probe-orders.ts';

const PING = numberOf('ping');
const ACK = numberOf('ack');
const PING_REQUEST = numberOf('ping-request');
const PING_RESULT = numberOf('ping-result');

/**
 * The probes of membership, for they carry the digests: a batch in each interval; who does not
 * answer in time is pinged again, and by helpers. What follows from silence is not modelled.
 */
export class ModelProber {
  readonly #parts: Parts;
  readonly #antiEntropy: AntiEntropy;
  readonly #random: SeededRandom;
  readonly #orders: ProbeOrders;
  /** Whether an answer can be later than the timeout at all. */
  readonly #widens: boolean;

  constructor(parts: Parts, antiEntropy: AntiEntropy, random: SeededRandom, widens: boolean) {
    this.#parts = parts;
    this.#antiEntropy = antiEntropy;
    this.#random = random;
    this.#orders = new ProbeOrders(parts.topology, parts.settings, random);
    this.#widens = widens;
  }

  batch(node: number): void {
    const { network, settings } = this.#parts;
    for (const [place, target] of this.#orders.take(node).entries())
      this.#antiEntropy.sendDigest(PING, node, target, 0, place);
    network.at(network.nowMs + settings.probeIntervalMs, 'batch', node);
    if (!this.#widens) return;
    const ticks = Math.ceil(settings.pingTimeoutMs / settings.tickMs);
    network.at(network.nowMs + ticks * settings.tickMs, 'widen', node);
  }

  /** The first timeout of the last batch is over. */
  widen(node: number): void {
    const { network, topology, settings, sizes } = this.#parts;
    for (const target of this.#orders.unanswered(node)) {
      this.#antiEntropy.sendDigest(PING, node, target, 0, 0);
      for (let i = 0; i < settings.helpersMax; i++) {
        const place = Math.floor(this.#random.next() * topology.degree(node));
        const helper = topology.peer(node, place);
        if (helper !== target) network.send(PING_REQUEST, node, helper, sizes.pingRequest, target);
      }
    }
  }

  /** @param relayed for whom the pinging node asks, 1 more; 0 for itself */
  pinged(node: number, from: number, digest: number, relayed: number): void {
    this.#antiEntropy.sendDigest(ACK, node, from, relayed, 0);
    this.#antiEntropy.digest(node, from, digest);
  }

  acked(node: number, from: number, digest: number, relayed: number): void {
    const { network, sizes } = this.#parts;
    this.#antiEntropy.digest(node, from, digest);
    if (relayed === 0) this.answered(node, from);
    else network.send(PING_RESULT, node, relayed - 1, sizes.pingResult, from);
  }

  requested(node: number, from: number, target: number): void {
    if (target === node) return;
    this.#antiEntropy.sendDigest(PING, node, target, from + 1, 0);
  }

  answered(node: number, target: number): void {
    this.#orders.answered(node, target);
  }
}
