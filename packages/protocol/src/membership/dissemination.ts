import { originId } from '@hearsay/spi';
import { type MemberUpdate, updateBytes } from './message.js';

export interface DisseminationOptions {
  readonly transmissionsFactor: number;
  readonly updatesMax: number;
  readonly updatesBytesMax: number;
  readonly queueMax: number;
}

interface Item {
  readonly id: string;
  readonly key: string;
  readonly update: MemberUpdate;
  readonly bytes: number;
  transmissions: number;
}

/**
 * Updates on their way to everyone, a few on each message: the least transmitted first, each
 * ⌈λ · log10(n + 1)⌉ times. What is newer about an origin replaces what is older; accusations of one
 * incarnation by different accusers stand side by side, as each counts.
 *
 * Source: SWIM (Das, Gupta, Motivala 2002), section 4.1.
 */
export class Dissemination {
  readonly #options: DisseminationOptions;
  readonly #items = new Map<string, Item>();
  /** By number of transmissions; within one, the oldest first. */
  readonly #levels: Set<Item>[] = [];
  readonly #byOrigin = new Map<string, Set<Item>>();

  constructor(options: DisseminationOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#items.size;
  }

  add(update: MemberUpdate): void {
    const id = originId(update.origin);
    const key = update.state === 'suspect' ? `${id} ${originId(update.by)}` : id;
    for (const other of this.#byOrigin.get(id) ?? [])
      if (other.key === key || !standsBeside(update, other.update)) this.#remove(other);
    if (this.#items.size >= this.#options.queueMax) this.#removeMostTransmitted();
    const item: Item = { id, key, update, bytes: updateBytes(update), transmissions: 0 };
    this.#items.set(key, item);
    this.#level(0).add(item);
    const siblings = this.#byOrigin.get(id);
    if (siblings) siblings.add(item);
    else this.#byOrigin.set(id, new Set([item]));
  }

  /**
   * @param first what the receiver must hear in any case
   * @param members n, this node included
   * @returns at most `updatesMax` besides `first`, within the byte budget; a first one may exceed it
   */
  take(first: readonly MemberUpdate[], members: number): MemberUpdate[] {
    if (this.#items.size === 0) return [...first];
    const { updatesMax, updatesBytesMax } = this.#options;
    let bytes = first.reduce((sum, update) => sum + updateBytes(update), 0);
    const taken: Item[] = [];
    for (const item of this.#leastTransmitted()) {
      if (taken.length >= updatesMax) break;
      const alone = taken.length === 0 && first.length === 0;
      if (bytes + item.bytes > updatesBytesMax && !alone) continue;
      taken.push(item);
      bytes += item.bytes;
    }
    const transmissionsMax = this.#transmissionsMax(members);
    for (const item of taken) this.#transmitted(item, transmissionsMax);
    return [...first, ...taken.map(({ update }) => update)];
  }

  #transmissionsMax(members: number): number {
    return Math.max(1, Math.ceil(this.#options.transmissionsFactor * Math.log10(members + 1)));
  }

  *#leastTransmitted(): Generator<Item> {
    for (const level of this.#levels) yield* level;
  }

  #transmitted(item: Item, transmissionsMax: number): void {
    this.#level(item.transmissions).delete(item);
    item.transmissions++;
    if (item.transmissions >= transmissionsMax) this.#remove(item);
    else this.#level(item.transmissions).add(item);
  }

  #level(transmissions: number): Set<Item> {
    let level = this.#levels[transmissions];
    if (!level) {
      level = new Set();
      this.#levels[transmissions] = level;
    }
    return level;
  }

  #remove(item: Item): void {
    this.#items.delete(item.key);
    this.#levels[item.transmissions]?.delete(item);
    const siblings = this.#byOrigin.get(item.id);
    siblings?.delete(item);
    if (siblings?.size === 0) this.#byOrigin.delete(item.id);
  }

  #removeMostTransmitted(): void {
    for (const level of this.#levels.toReversed()) {
      const item = level?.values().next().value;
      if (!item) continue;
      this.#remove(item);
      return;
    }
  }
}

function standsBeside(update: MemberUpdate, other: MemberUpdate): boolean {
  return (
    update.state === 'suspect' &&
    other.state === 'suspect' &&
    update.incarnation === other.incarnation
  );
}
