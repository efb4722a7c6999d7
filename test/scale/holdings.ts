import type { SeededRandom } from '@hearsay/testkit';
import type { Publications } from './publications.ts';

/** Bounds what {@link Holdings} allocates: (node, event) and (node, origin) pairs. */
const CELLS_MAX = 2 ** 28;

/**
 * Which node has which event: the version vectors of all nodes, as typed arrays. Per node also the
 * additive hash of its vector and its hottest origins, newest first, as production's digests carry.
 */
export class Holdings {
  readonly #publications: Publications;
  readonly #headsMax: number;
  /** Per event: 32 bits that stand for (origin, sequence) in the hash. */
  readonly #hashes: Uint32Array;
  readonly #held: Uint8Array;
  readonly #contiguous: Uint16Array;
  readonly #highest: Uint16Array;
  readonly #hashOf: Uint32Array;
  /** Per node up to `headsMax` events, each the contiguous head of its origin. */
  readonly #heads: Int32Array;
  /** When each of them was first heard of, as far as the node knows. */
  readonly #headTimesMs: Float64Array;
  readonly #headCounts: Uint8Array;

  /** @throws {RangeError} more pairs of nodes and events than it would allocate */
  constructor(nodes: number, publications: Publications, headsMax: number, random: SeededRandom) {
    const { count, origins } = publications;
    if (nodes * count > CELLS_MAX)
      throw new RangeError(`${nodes} nodes with ${count} events are more than ${CELLS_MAX} pairs`);
    this.#publications = publications;
    this.#headsMax = headsMax;
    this.#hashes = Uint32Array.from({ length: count }, () => Math.floor(random.next() * 2 ** 32));
    this.#held = new Uint8Array(nodes * count);
    this.#contiguous = new Uint16Array(nodes * origins);
    this.#highest = new Uint16Array(nodes * origins);
    this.#hashOf = new Uint32Array(nodes);
    this.#heads = new Int32Array(nodes * headsMax);
    this.#headTimesMs = new Float64Array(nodes * headsMax);
    this.#headCounts = new Uint8Array(nodes);
  }

  has(node: number, event: number): boolean {
    return this.#held[node * this.#publications.count + event] === 1;
  }

  /** All events of the origin up to this sequence are here. */
  contiguous(node: number, origin: number): number {
    return this.#contiguous[node * this.#publications.origins + origin] as number;
  }

  /** The highest sequence that was seen here; 0 for none. */
  highest(node: number, origin: number): number {
    return this.#highest[node * this.#publications.origins + origin] as number;
  }

  hash(node: number): number {
    return this.#hashOf[node] as number;
  }

  headCount(node: number): number {
    return this.#headCounts[node] as number;
  }

  head(node: number, place: number): number {
    return this.#heads[node * this.#headsMax + place] as number;
  }

  headTimeMs(node: number, place: number): number {
    return this.#headTimesMs[node * this.#headsMax + place] as number;
  }

  /** @returns the events of the origin up to `through` that are not here */
  missing(node: number, origin: number, through: number): number[] {
    const events: number[] = [];
    for (let sequence = this.contiguous(node, origin) + 1; sequence <= through; sequence++) {
      const event = this.#publications.eventOf(origin, sequence);
      if (!this.has(node, event)) events.push(event);
    }
    return events;
  }

  /** A copy of the highest sequences, as a vector tells them. */
  vector(node: number): Uint16Array {
    const { origins } = this.#publications;
    return this.#highest.slice(node * origins, (node + 1) * origins);
  }

  /** A copy of the contiguous sequences, as a sketch holds them. */
  heads(node: number): Uint16Array {
    const { origins } = this.#publications;
    return this.#contiguous.slice(node * origins, (node + 1) * origins);
  }

  /**
   * @param heardMs when it was first heard of, as far as the node knows
   * @returns whether the event is new here
   */
  add(node: number, event: number, heardMs: number): boolean {
    const cell = node * this.#publications.count + event;
    if (this.#held[cell] === 1) return false;
    this.#held[cell] = 1;
    const origin = this.#publications.originOf(event);
    const at = node * this.#publications.origins + origin;
    const sequence = this.#publications.sequenceOf(event);
    this.#highest[at] = Math.max(this.#highest[at] as number, sequence);
    this.#advance(node, origin, at, heardMs);
    return true;
  }

  #advance(node: number, origin: number, at: number, heardMs: number): void {
    const before = this.#contiguous[at] as number;
    const highest = this.#highest[at] as number;
    let head = before;
    while (head < highest && this.has(node, this.#publications.eventOf(origin, head + 1))) head++;
    if (head === before) return;
    this.#contiguous[at] = head;
    const event = this.#publications.eventOf(origin, head);
    const former = before > 0 ? this.#publications.eventOf(origin, before) : -1;
    const share =
      (this.#hashes[event] as number) - (former < 0 ? 0 : (this.#hashes[former] as number));
    this.#hashOf[node] = (this.#hashOf[node] as number) + share;
    this.#putFirst(node, event, former, heardMs);
  }

  /** The head of an origin takes the place of its former one, as the hottest. */
  #putFirst(node: number, event: number, former: number, heardMs: number): void {
    const start = node * this.#headsMax;
    const count = this.#headCounts[node] as number;
    const place = this.#heads.subarray(start, start + count).indexOf(former);
    const shifted = place >= 0 ? place : Math.min(count, this.#headsMax - 1);
    this.#heads.copyWithin(start + 1, start, start + shifted);
    this.#heads[start] = event;
    this.#headTimesMs.copyWithin(start + 1, start, start + shifted);
    this.#headTimesMs[start] = heardMs;
    if (place < 0) this.#headCounts[node] = Math.min(count + 1, this.#headsMax);
  }
}
