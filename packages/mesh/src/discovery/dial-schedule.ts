import { type DiscoveredNode, LIMITS, type NodeName } from '@hearsay/spi';
import { type Address, formatAddress, parseAddress } from '../address.js';
import type { AddressBook } from './address-book.js';

/** Of one source; what it lists beyond is ignored. */
export const TARGETS_PER_SOURCE_MAX = 1_024;

/** While no peer is linked no target waits longer, whatever the maximum is. */
export const ISOLATED_WAIT_MS_MAX = 2_000;

export interface DialScheduleOptions {
  readonly self: NodeName;
  /** In [0, 1). */
  readonly random: () => number;
  /** Dials at the same time, over all sources. */
  readonly inFlightMax: number;
  readonly waitMsMin: number;
  readonly waitMsMax: number;
}

/** One attempt at one address. Whoever takes it says when it is over. */
export interface Dial {
  readonly source: string;
  readonly address: Address;
  /** The address as `host:port`. */
  readonly text: string;
}

/** One node to be linked to. */
interface Target {
  readonly known: DiscoveredNode;
  readonly addresses: readonly Address[];
  /** The index of the address to try next in this round. */
  position: number;
  /** Rounds over all addresses since it was last linked. */
  failedRounds: number;
  dueMs: number;
  /** Shuffles those that are due together, so that two nodes seldom dial each other at once. */
  readonly tie: number;
  isDialled: boolean;
  wasLinked: boolean;
}

interface Candidate extends Dial {
  readonly target: Target;
}

/**
 * Decides whom to dial and when. A round tries each address of a target once, one after the other.
 * After the nth round in a row that ended without a link the target waits
 *
 *     min(waitMsMax, waitMsMin · 2^(n−1)) · (1 − random/2)
 *
 * (full jitter would bring tries right after each other; none would keep nodes in step), for as long
 * as it is listed. No source can hold up another's targets: a free place goes to the source with the
 * fewest dials under way. Reads no clock and rolls no dice of its own.
 */
export class DialSchedule {
  readonly #options: DialScheduleOptions;
  readonly #sources = new Map<string, ReadonlyMap<string, Target>>();
  readonly #inFlight = new Map<string, Candidate>();

  constructor(options: DialScheduleOptions) {
    this.#options = options;
  }

  /** Takes in what a source lists now; who is no longer listed is forgotten. */
  list(source: string, found: readonly DiscoveredNode[], nowMs: number): void {
    const before = this.#sources.get(source);
    const now = new Map<string, Target>();
    for (const known of found.slice(0, TARGETS_PER_SOURCE_MAX)) {
      if (known.node === this.#options.self) continue;
      const target = newTarget(known, nowMs, this.#options.random());
      if (!target) continue;
      const id = `${known.node ?? ''}#${known.epoch ?? ''}@${target.known.addresses.join()}`;
      now.set(id, before?.get(id) ?? target);
    }
    this.#sources.set(source, now);
  }

  /** @returns the dials to begin now; each is under way until it is {@link settled} */
  next(nowMs: number, book: AddressBook): Dial[] {
    const waiting = new Map<string, Candidate[]>();
    for (const [source, targets] of this.#sources) {
      const due = this.#due(source, targets.values(), nowMs, book);
      waiting.set(
        source,
        due.sort((a, b) => order(b.target, a.target)),
      );
    }
    const begun: Dial[] = [];
    while (this.#inFlight.size < this.#options.inFlightMax) {
      const candidate = this.#mostEntitled(waiting)?.pop();
      if (!candidate) break;
      if (this.#inFlight.has(candidate.text)) continue;
      this.#begin(candidate);
      begun.push(candidate);
    }
    return begun;
  }

  /** Whether a dial that is under way is still of use: another may have made the link. */
  isNeeded(dial: Dial, book: AddressBook): boolean {
    const candidate = this.#inFlight.get(dial.text);
    return candidate === dial && !book.linkedTo(candidate.target.known);
  }

  /** Ends a dial, however it went: whether it made a link shows in the address book. */
  settled(dial: Dial, nowMs: number): void {
    const candidate = this.#inFlight.get(dial.text);
    if (candidate !== dial) return;
    this.#inFlight.delete(dial.text);
    const { target } = candidate;
    target.isDialled = false;
    if (target.position >= target.addresses.length) this.#endRound(target, nowMs);
  }

  /**
   * @returns how many other nodes are known: one for each name, however many sources know it, and
   * one for each unnamed target whose addresses lead neither to those nor back to this node
   */
  othersKnown(book: AddressBook): number {
    const known = [...this.#targets()].map((target) => target.known);
    const owners = new Map<string, string>();
    for (const { node, addresses } of known)
      if (node !== undefined) for (const address of addresses) owners.set(address, node);
    const others = new Set<string>();
    for (const one of known) {
      const name = one.node ?? book.linkedTo(one)?.node;
      const places = one.addresses.filter((address) => book.leadsTo(address) !== 'self');
      const place =
        places.map((address) => owners.get(address)).find((owner) => owner) ?? places[0];
      const other = name ?? place;
      if (other !== undefined) others.add(other);
    }
    return others.size;
  }

  *#targets(): Iterable<Target> {
    for (const targets of this.#sources.values()) yield* targets.values();
  }

  #due(source: string, targets: Iterable<Target>, nowMs: number, book: AddressBook): Candidate[] {
    const due: Candidate[] = [];
    for (const target of targets) {
      this.#refresh(target, nowMs, book);
      if (target.isDialled || target.wasLinked || target.dueMs > nowMs) continue;
      const candidate = this.#candidate(source, target, book);
      if (candidate) due.push(candidate);
      else if (target.position > 0) this.#endRound(target, nowMs);
    }
    return due;
  }

  #refresh(target: Target, nowMs: number, book: AddressBook): void {
    if (book.linkedTo(target.known)) {
      target.wasLinked = true;
      target.failedRounds = 0;
      target.position = 0;
    } else if (target.wasLinked) {
      target.wasLinked = false;
      // Both ends lose a link at once: jitter lets one of them be first.
      target.dueMs = nowMs + this.#options.random() * this.#options.waitMsMin;
    }
    if (book.isIsolated) target.dueMs = Math.min(target.dueMs, nowMs + ISOLATED_WAIT_MS_MAX);
  }

  /** Addresses that lead elsewhere are left out: a dial would only take an existing link's place. */
  #candidate(source: string, target: Target, book: AddressBook): Candidate | undefined {
    for (const [index, address] of target.addresses.entries()) {
      const text = target.known.addresses[index];
      if (index < target.position || text === undefined || book.leadsTo(text)) continue;
      target.position = index;
      return { source, target, address, text };
    }
    return undefined;
  }

  #begin(candidate: Candidate): void {
    this.#inFlight.set(candidate.text, candidate);
    candidate.target.isDialled = true;
    candidate.target.position++;
  }

  #endRound(target: Target, nowMs: number): void {
    const { random, waitMsMin, waitMsMax } = this.#options;
    target.position = 0;
    const waitMs = Math.min(waitMsMax, waitMsMin * 2 ** Math.min(target.failedRounds++, 30));
    target.dueMs = nowMs + waitMs * (1 - random() / 2);
  }

  #mostEntitled(waiting: ReadonlyMap<string, Candidate[]>): Candidate[] | undefined {
    const counts = new Map<string, number>();
    for (const { source } of this.#inFlight.values())
      counts.set(source, (counts.get(source) ?? 0) + 1);
    let best: Candidate[] | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [source, candidates] of waiting) {
      const count = counts.get(source) ?? 0;
      if (candidates.length === 0 || count >= fewest) continue;
      best = candidates;
      fewest = count;
    }
    return best;
  }
}

/** Who has been due for longest comes first. */
function order(a: Target, b: Target): number {
  return a.dueMs - b.dueMs || a.tie - b.tie;
}

function newTarget(known: DiscoveredNode, nowMs: number, tie: number): Target | undefined {
  const addresses = known.addresses.slice(0, LIMITS.addressesPerNodeMax).flatMap(readAddress);
  if (addresses.length === 0) return undefined;
  return {
    known: { ...known, addresses: addresses.map(formatAddress) },
    addresses,
    position: 0,
    failedRounds: 0,
    dueMs: nowMs,
    tie,
    isDialled: false,
    wasLinked: false,
  };
}

/** What is not an address is left out: others must not suffer from it. */
function readAddress(text: string): Address[] {
  try {
    const address = parseAddress(text, 'a discovered address');
    return address.port > 0 ? [address] : [];
  } catch {
    return [];
  }
}
