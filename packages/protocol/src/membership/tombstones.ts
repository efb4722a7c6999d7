import { type Origin, originId } from '@hearsay/spi';
import type { Incarnation } from './member.js';

export interface TombstonesOptions {
  readonly tombstonesMax: number;
  readonly tombstoneMs: number;
}

/** What is left of a member that is forgotten: enough to refuse what is older than its end. */
export interface Tombstone {
  readonly origin: Origin;
  readonly incarnation: Incarnation;
  /** It left: nothing raises it again. */
  readonly final: boolean;
  readonly atMs: number;
}

/** Keeps old gossip from raising the dead. Bounded in count and time; the oldest goes first. */
export class Tombstones {
  readonly #options: TombstonesOptions;
  /** In the order of their time. */
  readonly #stones = new Map<string, Tombstone>();

  constructor(options: TombstonesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#stones.size;
  }

  get(id: string): Tombstone | undefined {
    return this.#stones.get(id);
  }

  /** Of two about one origin the harder one holds. */
  bury(origin: Origin, incarnation: Incarnation, final: boolean, nowMs: number): void {
    if (this.#options.tombstonesMax === 0) return;
    const id = originId(origin);
    const known = this.#stones.get(id);
    this.#stones.delete(id);
    if (this.#stones.size >= this.#options.tombstonesMax) {
      const oldest = this.#stones.keys().next().value;
      if (oldest !== undefined) this.#stones.delete(oldest);
    }
    this.#stones.set(id, {
      origin,
      incarnation: known && known.incarnation > incarnation ? known.incarnation : incarnation,
      final: final || known?.final === true,
      atMs: nowMs,
    });
  }

  delete(id: string): void {
    this.#stones.delete(id);
  }

  /** @returns whether a claim that the origin lives is older than its end */
  covers(id: string, incarnation: Incarnation): boolean {
    const stone = this.#stones.get(id);
    return stone !== undefined && (stone.final || incarnation <= stone.incarnation);
  }

  expire(nowMs: number): void {
    for (const [id, { atMs }] of this.#stones) {
      if (nowMs - atMs < this.#options.tombstoneMs) return;
      this.#stones.delete(id);
    }
  }
}
