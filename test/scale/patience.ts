import type { Settings } from './settings.ts';
import type { Topology } from './topology.ts';

const MISMATCHES_BITS = 5;
const MISMATCHES_MASK = 2 ** MISMATCHES_BITS - 1;

/**
 * When two nodes compare their vectors. For each end of a link in one byte: how many digests in a row
 * disagreed, and how many it takes; for each node: those in a row of whomever. Follows anti-entropy.ts
 * of the protocol.
 */
export class Patience {
  readonly #topology: Topology;
  readonly #settings: Settings;
  readonly #doublingsMax: number;
  readonly #cells: Uint8Array;
  readonly #ofAnyone: Int32Array;
  readonly #begunMs: Float64Array;

  constructor(topology: Topology, settings: Settings) {
    const { patienceMin, patienceMax } = settings;
    if (patienceMax > MISMATCHES_MASK + 1) throw new RangeError('patienceMax does not fit 5 bits');
    this.#topology = topology;
    this.#settings = settings;
    this.#doublingsMax = Math.log2(patienceMax / patienceMin);
    this.#cells = new Uint8Array(topology.cells);
    this.#ofAnyone = new Int32Array(topology.nodes);
    this.#begunMs = new Float64Array(topology.nodes).fill(Number.NEGATIVE_INFINITY);
  }

  agreed(node: number, peer: number): void {
    this.#ofAnyone[node] = 0;
    this.#cells[this.#topology.cell(node, peer)] = 0;
  }

  /** @returns whether it is time to compare */
  disagreed(node: number, peer: number, nowMs: number): boolean {
    const cell = this.#topology.cell(node, peer);
    const state = this.#cells[cell] as number;
    const doublings = state >> MISMATCHES_BITS;
    const mismatches = (state & MISMATCHES_MASK) + 1;
    const ofAnyone = (this.#ofAnyone[node] as number) + 1;
    this.#ofAnyone[node] = ofAnyone;
    const { patienceMin, beginEveryMs } = this.#settings;
    const isDue =
      mismatches >= patienceMin << doublings ||
      (ofAnyone >= patienceMin &&
        doublings === 0 &&
        nowMs - (this.#begunMs[node] as number) >= beginEveryMs);
    if (isDue) {
      this.#cells[cell] = Math.min(this.#doublingsMax, doublings + 1) << MISMATCHES_BITS;
      this.#begunMs[node] = nowMs;
    } else this.#cells[cell] = (doublings << MISMATCHES_BITS) | mismatches;
    return isDue;
  }

  /** Comparing was worth while: something was missing here. */
  found(node: number, peer: number): void {
    const cell = this.#topology.cell(node, peer);
    this.#cells[cell] = (this.#cells[cell] as number) & MISMATCHES_MASK;
  }
}
