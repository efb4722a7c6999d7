import type { Random } from './random.js';

/**
 * Whom to probe next: everyone in turn, in an order of this node's own, so that each member is
 * probed once a round and nobody's probes fall in step. Who is new gets a random place in the order.
 * Who is urgent comes first, once.
 *
 * SWIM draws a new order for each round; then almost two rounds can pass between two probes of one
 * member, and its silence is noticed as late. An order that is drawn once keeps it to one round.
 *
 * Source: SWIM (Das, Gupta, Motivala 2002), section 4.3, with the difference above.
 */
export class ProbeSchedule {
  readonly #random: Random;
  readonly #urgent = new Set<string>();
  readonly #order: string[] = [];
  #next = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#order.length;
  }

  add(id: string): void {
    if (this.#order.includes(id)) return;
    const place = this.#random.below(this.#order.length + 1);
    this.#order.splice(place, 0, id);
    if (place < this.#next) this.#next++;
  }

  remove(id: string): void {
    const place = this.#order.indexOf(id);
    if (place < 0) return;
    this.#urgent.delete(id);
    this.#order.splice(place, 1);
    if (place < this.#next) this.#next--;
  }

  /** Puts a member at the front of the line. Nobody is scheduled who was not added. */
  hasten(id: string): void {
    if (this.#order.includes(id)) this.#urgent.add(id);
  }

  /** @returns `count` members whose turn it is, and at most as many urgent ones; each once */
  take(count: number): string[] {
    const taken = new Set<string>();
    for (const id of this.#urgent) {
      if (taken.size >= count) break;
      taken.add(id);
      this.#urgent.delete(id);
    }
    for (let i = Math.min(count, this.#order.length); i > 0; i--) {
      if (this.#next >= this.#order.length) this.#next = 0;
      const id = this.#order[this.#next++];
      if (id !== undefined) taken.add(id);
    }
    return [...taken];
  }
}
