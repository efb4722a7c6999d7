import type { SeededRandom } from '@hearsay/testkit';
// Not in the package's interface; the model decodes differences with the very code of production.
import { Sketch } from '../../packages/protocol/dist/mesh/sketch.js';
import { numberOf } from './network.ts';
import type { Parts } from './parts.ts';
import type { Patience } from './patience.ts';

const VECTOR = numberOf('vector');
const SKETCH = numberOf('sketch');
const SKETCH_REQUEST = numberOf('sketch-request');
const DIFFERENCE = numberOf('difference');

/** Sequences before the run; in a sketch, heads of different origins must not be small numbers. */
const SEQUENCES_BEFORE = 9_999;

/**
 * How two nodes find out in what their vectors differ: whole vectors, or sketches where they are
 * long. Follows anti-entropy.ts of the protocol. Vectors tell of everyone; what differs here is only
 * what was published in the run, so that only that has to be decoded.
 */
export class Comparison {
  readonly #parts: Parts;
  readonly #patience: Patience;
  /** Of whom vectors tell. */
  readonly #origins: number;
  /** Per origin of the run, its key in sketches. */
  readonly #keys: Float64Array;
  readonly #wholeAskedMs: Float64Array;

  constructor(parts: Parts, patience: Patience, origins: number, random: SeededRandom) {
    this.#parts = parts;
    this.#patience = patience;
    this.#origins = origins;
    const key = () =>
      Math.floor(random.next() * 2 ** 21) * 2 ** 32 + Math.floor(random.next() * 2 ** 32);
    this.#keys = Float64Array.from({ length: parts.publications.origins }, key);
    this.#wholeAskedMs = new Float64Array(parts.topology.nodes).fill(Number.NEGATIVE_INFINITY);
  }

  /** A node has reason to compare. */
  begin(node: number, peer: number): void {
    const { wholeOriginsMax, cellsMin } = this.#parts.settings;
    if (this.#origins > wholeOriginsMax) this.#sketch(node, peer, cellsMin);
    else this.#vector(node, peer, true);
  }

  /** @param reply whether the peer wants one too */
  vector(node: number, from: number, vector: Uint16Array, reply: boolean): void {
    const { holdings } = this.#parts;
    const claims: number[] = [];
    for (let origin = 0; origin < vector.length; origin++)
      if ((vector[origin] as number) > holdings.contiguous(node, origin))
        claims.push(origin, vector[origin] as number);
    this.#compare(node, from, claims);
    if (reply) this.#vector(node, from, false);
  }

  sketch(node: number, from: number, heads: Uint16Array, cells: number): void {
    const own = this.#parts.holdings.heads(node);
    if (!this.#isTold(own, heads, cells)) {
      this.#askForMore(node, from, cells);
      return;
    }
    const ahead: number[] = [];
    const wanted: number[] = [];
    for (let origin = 0; origin < heads.length; origin++) {
      const theirs = heads[origin] as number;
      const mine = own[origin] as number;
      if (mine > theirs) ahead.push(origin);
      else if (theirs > mine) wanted.push(origin);
    }
    this.#difference(node, from, ahead, wanted);
  }

  /** @param cells 0: the whole vector */
  requested(node: number, from: number, cells: number): void {
    if (cells > 0) this.#sketch(node, from, cells);
    else this.#vector(node, from, false);
  }

  /** @param list what the sender has, as pairs of origin and sequence, then the origins that it wants */
  difference(node: number, from: number, list: readonly number[], entries: number): void {
    this.#compare(node, from, list.slice(0, 2 * entries));
    const wanted = list.slice(2 * entries);
    if (wanted.length > 0) this.#difference(node, from, wanted, []);
  }

  /** @param claims pairs of origin and sequence */
  #compare(node: number, from: number, claims: readonly number[]): void {
    const { repairs, network, publications } = this.#parts;
    let found = false;
    for (let i = 0; i < claims.length; i += 2) {
      const [origin = 0, head = 0] = claims.slice(i, i + 2);
      const heardMs = publications.get(publications.eventOf(origin, head)).atMs;
      found = repairs.claim(node, from, origin, head, network.nowMs, heardMs) || found;
    }
    if (found) this.#patience.found(node, from);
  }

  /** Whether a sketch of so many cells tells in what the two differ. */
  #isTold(own: Uint16Array, heads: Uint16Array, cells: number): boolean {
    const mine = new Sketch(cells);
    const theirs = new Sketch(cells);
    for (let origin = 0; origin < heads.length; origin++) {
      if (own[origin] === heads[origin]) continue;
      const key = this.#keys[origin] as number;
      mine.add(key, (own[origin] as number) + SEQUENCES_BEFORE, 1);
      theirs.add(key, (heads[origin] as number) + SEQUENCES_BEFORE, 1);
    }
    return mine.difference(theirs) !== undefined;
  }

  #askForMore(node: number, peer: number, cells: number): void {
    const { network, sizes, settings } = this.#parts;
    const longer = settings.cellsGrowth * cells;
    if (longer <= Math.min(settings.cellsMax, this.#origins)) {
      network.send(SKETCH_REQUEST, node, peer, sizes.sketchRequest, longer);
      return;
    }
    if (network.nowMs - (this.#wholeAskedMs[node] as number) < settings.wholeEveryMs) return;
    this.#wholeAskedMs[node] = network.nowMs;
    network.send(SKETCH_REQUEST, node, peer, sizes.sketchRequest, 0);
  }

  #vector(node: number, to: number, reply: boolean): void {
    const { network, holdings, sizes } = this.#parts;
    const bytes = sizes.vector(this.#origins);
    network.sendList(VECTOR, node, to, bytes, holdings.vector(node), reply ? 1 : 0);
  }

  #sketch(node: number, to: number, cells: number): void {
    const { network, holdings, sizes } = this.#parts;
    network.sendList(SKETCH, node, to, sizes.sketch(cells), holdings.heads(node), cells);
  }

  #difference(node: number, to: number, told: readonly number[], wanted: readonly number[]): void {
    const { network, holdings, sizes } = this.#parts;
    const entries = told.flatMap((origin) => [origin, holdings.highest(node, origin)]);
    const bytes = sizes.difference(told.length, wanted.length);
    network.sendList(DIFFERENCE, node, to, bytes, [...entries, ...wanted], told.length);
  }
}
