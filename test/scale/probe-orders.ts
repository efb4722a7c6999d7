import type { SeededRandom } from '@hearsay/testkit';
import type { Settings } from './settings.ts';
import type { Topology } from './topology.ts';

/**
 * Whom each node probes next: everyone in turn, in an order of its own. Production draws the order
 * at random; here it begins anywhere and goes on by a stride that reaches everyone, so that the
 * orders of 10,000 nodes take two numbers each.
 */
export class ProbeOrders {
  readonly perBatch: number;
  readonly #topology: Topology;
  readonly #next: Int32Array;
  readonly #strides: Int32Array;
  /** Per node, the targets of its last batch; negative once they answered (−1 − target). */
  readonly #targets: Int32Array;

  constructor(topology: Topology, settings: Settings, random: SeededRandom) {
    const { nodes } = topology;
    const { probesMax, roundIntervals } = settings;
    this.perBatch = Math.min(probesMax, Math.max(1, Math.ceil(nodes / roundIntervals)));
    this.#topology = topology;
    this.#next = new Int32Array(nodes);
    this.#strides = new Int32Array(nodes);
    this.#targets = new Int32Array(nodes * this.perBatch).fill(-1);
    for (let node = 0; node < nodes; node++) {
      const degree = topology.degree(node);
      this.#next[node] = Math.floor(random.next() * degree);
      this.#strides[node] = strideOf(degree, random);
    }
  }

  /** @returns the next batch: each once, at most as many as there are links */
  take(node: number): number[] {
    const degree = this.#topology.degree(node);
    const targets: number[] = [];
    let place = this.#next[node] as number;
    for (let i = Math.min(this.perBatch, degree); i > 0; i--) {
      targets.push(this.#topology.peer(node, place));
      place = (place + (this.#strides[node] as number)) % degree;
    }
    this.#next[node] = place;
    this.#targets.fill(-1, node * this.perBatch, (node + 1) * this.perBatch);
    this.#targets.set(targets, node * this.perBatch);
    return targets;
  }

  answered(node: number, target: number): void {
    const start = node * this.perBatch;
    for (let at = start; at < start + this.perBatch; at++)
      if (this.#targets[at] === target) this.#targets[at] = -1 - target;
  }

  /** @returns who of the last batch has not answered yet */
  unanswered(node: number): number[] {
    const start = node * this.perBatch;
    return [...this.#targets.subarray(start, start + this.perBatch)].filter((one) => one >= 0);
  }
}

/** @returns a random number below `degree` without a divisor in common with it */
function strideOf(degree: number, random: SeededRandom): number {
  for (;;) {
    const stride = 1 + Math.floor(random.next() * Math.max(1, degree - 1));
    if (divisor(stride, degree) === 1) return stride;
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
