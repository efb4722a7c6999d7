import { ConfigInvalidError } from '@hearsay/spi';
import type { InMemoryMember } from './in-memory-member.js';

export interface InMemoryHubOptions {
  /** Own events that each transport keeps for those who are cut off, at least 1. Default 65,536. */
  readonly journalEventsMax?: number;
  /** Delivers everything twice, as real media sometimes do. Default false. */
  readonly deliverTwice?: boolean;
}

/**
 * Where in-memory transports meet. Nodes are named by their node name; a cut outlives a restart. Both
 * sides notice it at once. What was missed is made up for on healing from the sender's journal.
 */
export class InMemoryHub {
  readonly journalEventsMax: number;
  readonly deliverTwice: boolean;
  readonly #members = new Set<InMemoryMember>();
  readonly #cuts = new Set<string>();
  readonly #cutOff = new Set<string>();

  /** @throws {ConfigInvalidError} `journalEventsMax` is not a whole number of at least 1 */
  constructor(options: InMemoryHubOptions = {}) {
    this.journalEventsMax = options.journalEventsMax ?? 65_536;
    this.deliverTwice = options.deliverTwice ?? false;
    if (!Number.isSafeInteger(this.journalEventsMax) || this.journalEventsMax < 1)
      throw new ConfigInvalidError('journalEventsMax is not a whole number; pass 1 or more');
  }

  /** Parts two nodes; each goes on hearing the others. */
  cut(a: string, b: string): void {
    this.#cuts.add(pair(a, b));
    this.#linksChanged();
  }

  heal(a: string, b: string): void {
    this.#cuts.delete(pair(a, b));
    this.#linksChanged();
  }

  /** Parts one node from all others, also from those that start later. */
  cutOff(node: string): void {
    this.#cutOff.add(node);
    this.#linksChanged();
  }

  /** Undoes {@link cutOff}; what {@link cut} parted stays parted. */
  rejoin(node: string): void {
    this.#cutOff.delete(node);
    this.#linksChanged();
  }

  /** Undoes every cut. */
  healAll(): void {
    this.#cuts.clear();
    this.#cutOff.clear();
    this.#linksChanged();
  }

  /** For the transports alone. */
  join(newcomer: InMemoryMember): void {
    for (const member of this.#members) {
      if (!this.reaches(newcomer, member)) continue;
      // A newcomer's caches are empty: what was published before it came is nothing to it.
      newcomer.meet(member, member.journal.last);
      member.meet(newcomer, 0);
    }
    this.#members.add(newcomer);
    this.#linksChanged();
  }

  /** For the transports alone. */
  leave(member: InMemoryMember): void {
    this.#members.delete(member);
    this.#linksChanged();
  }

  /** For the transports alone. */
  reaches(a: InMemoryMember, b: InMemoryMember): boolean {
    const { node: from } = a.origin;
    const { node: to } = b.origin;
    return !this.#cutOff.has(from) && !this.#cutOff.has(to) && !this.#cuts.has(pair(from, to));
  }

  #linksChanged(): void {
    for (const a of this.#members)
      for (const b of this.#members) if (a !== b && this.reaches(a, b)) a.meet(b, 0);
    for (const member of this.#members) member.linksChanged();
  }
}

function pair(a: string, b: string): string {
  return a < b ? `${a}\n${b}` : `${b}\n${a}`;
}
