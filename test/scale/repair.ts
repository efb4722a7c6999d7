import type { SeededRandom } from '@hearsay/testkit';
import type { Holdings } from './holdings.ts';
import type { Publications } from './publications.ts';
import type { Settings } from './settings.ts';
import type { Topology } from './topology.ts';
import { Want } from './want.ts';

interface Pull {
  readonly events: readonly number[];
  readonly wants: readonly Want[];
  readonly atMs: number;
}

/** One node's repair: what it misses, by origin, and whom it is asking, by peer. */
interface Patient {
  readonly wants: Map<number, Want>;
  readonly pulls: Map<number, Pull>;
}

/** Events to be asked of one peer. */
export interface PullOrder {
  readonly peer: number;
  readonly events: readonly number[];
}

/**
 * What is missing where, and whom to ask for it, for all nodes. Follows repair.ts and want.ts of the
 * protocol, without what a settled cluster does not do: journals that forget, claims that nobody can
 * back, and gaps. State exists only where something is missing.
 */
export class Repairs {
  readonly #holdings: Holdings;
  readonly #publications: Publications;
  readonly #topology: Topology;
  readonly #settings: Settings;
  readonly #random: SeededRandom;
  readonly #patients = new Map<number, Patient>();

  constructor(
    holdings: Holdings,
    publications: Publications,
    topology: Topology,
    settings: Settings,
    random: SeededRandom,
  ) {
    this.#holdings = holdings;
    this.#publications = publications;
    this.#topology = topology;
    this.#settings = settings;
    this.#random = random;
  }

  /** Nodes that miss something they know of, or wait for an answer. */
  get open(): number {
    return this.#patients.size;
  }

  isOpen(node: number): boolean {
    return this.#patients.has(node);
  }

  /**
   * @param heardMs when the head was first heard of, as far as the peer knows
   * @returns whether something of the origin up to `head` is missing here
   */
  claim(
    node: number,
    peer: number,
    origin: number,
    head: number,
    nowMs: number,
    heardMs: number,
  ): boolean {
    if (head <= this.#holdings.contiguous(node, origin)) return false;
    if (this.#holdings.missing(node, origin, head).length === 0) return false;
    const want = this.#want(node, origin, nowMs);
    want.claim(peer, head, heardMs);
    want.note(head, nowMs);
    return true;
  }

  /** @returns when what is missing of the origin was first heard of, by the word of others; now where nobody says */
  heardMs(node: number, origin: number, nowMs: number): number {
    const want = this.#patients.get(node)?.wants.get(origin);
    return Math.min(nowMs, want?.heardMs ?? nowMs);
  }

  /** Events of the origin were seen: what they skipped is missing, whoever claims it. */
  seen(node: number, origin: number, nowMs: number): void {
    const highest = this.#holdings.highest(node, origin);
    if (this.#holdings.contiguous(node, origin) < highest)
      this.#want(node, origin, nowMs).note(highest, nowMs);
    else this.#settled(node, origin, highest);
  }

  /** @returns whether they answer a pull, so that more may be asked for at once */
  answered(node: number, peer: number, events: readonly number[]): boolean {
    const pull = this.#patients.get(node)?.pulls.get(peer);
    if (!pull || !events.some((event) => pull.events.includes(event))) return false;
    this.#finish(node, peer, pull);
    return true;
  }

  lacks(node: number, peer: number, events: readonly number[]): void {
    const patient = this.#patients.get(node);
    for (const event of events)
      patient?.wants.get(this.#publications.originOf(event))?.lacks(peer, event);
    const pull = patient?.pulls.get(peer);
    // Where it holds some, its events are about to follow.
    if (pull?.events.every((event) => events.includes(event))) this.#finish(node, peer, pull);
  }

  /** What to ask for now. */
  next(node: number, nowMs: number): PullOrder[] {
    const patient = this.#patients.get(node);
    if (!patient) return [];
    this.#expire(patient, nowMs);
    const orders = new Map<number, { events: number[]; wants: Want[] }>();
    for (const [origin, want] of patient.wants) {
      const missing = this.#missing(node, want, nowMs);
      if (missing.length === 0) patient.wants.delete(origin);
      else if (nowMs - want.sinceMs >= this.#settings.repairDelayMs && want.asked === undefined)
        this.#order(node, patient, want, missing, orders);
    }
    for (const [peer, order] of orders) patient.pulls.set(peer, { ...order, atMs: nowMs });
    this.#close(node, patient);
    return [...orders].map(([peer, { events }]) => ({ peer, events }));
  }

  #want(node: number, origin: number, nowMs: number): Want {
    const patient = this.#patients.get(node) ?? { wants: new Map(), pulls: new Map() };
    this.#patients.set(node, patient);
    const want = patient.wants.get(origin) ?? new Want(origin, nowMs);
    patient.wants.set(origin, want);
    return want;
  }

  #settled(node: number, origin: number, highest: number): void {
    const patient = this.#patients.get(node);
    const want = patient?.wants.get(origin);
    if (!patient || !want || want.claimed > highest) return;
    patient.wants.delete(origin);
    this.#close(node, patient);
  }

  #close(node: number, { wants, pulls }: Patient): void {
    if (wants.size === 0 && pulls.size === 0) this.#patients.delete(node);
  }

  #missing(node: number, want: Want, nowMs: number): number[] {
    const head = Math.max(this.#holdings.highest(node, want.origin), want.claimed);
    const missing = this.#holdings.missing(node, want.origin, head);
    const lowest = missing[0] === undefined ? head : this.#publications.sequenceOf(missing[0]);
    want.progressed(lowest, head, nowMs);
    return missing;
  }

  #expire({ wants, pulls }: Patient, nowMs: number): void {
    for (const [peer, pull] of pulls) {
      if (nowMs - pull.atMs < this.#timeoutMs(peer, pull)) continue;
      pulls.delete(peer);
      for (const want of pull.wants)
        if (wants.get(want.origin) === want && want.asked === peer) want.timedOut(peer);
    }
  }

  #timeoutMs(peer: number, { events, wants }: Pull): number {
    const { pullTimeoutMs, shortPullTimeoutMs, shortPullEventsMax } = this.#settings;
    const late = wants.some((want) => want.timeouts(peer) > 0);
    return late || events.length > shortPullEventsMax ? pullTimeoutMs : shortPullTimeoutMs;
  }

  #finish(node: number, peer: number, pull: Pull): void {
    const patient = this.#patients.get(node);
    patient?.pulls.delete(peer);
    for (const want of pull.wants) want.answered(peer);
    if (patient) this.#close(node, patient);
  }

  #order(
    node: number,
    patient: Patient,
    want: Want,
    missing: readonly number[],
    orders: Map<number, { events: number[]; wants: Want[] }>,
  ): void {
    const seen = this.#holdings.highest(node, want.origin);
    const askable = (peer: number) => {
      const through = Math.max(want.claims.get(peer) ?? 0, seen);
      return missing.filter(
        (event) => this.#publications.sequenceOf(event) <= through && !want.isLacked(peer, event),
      );
    };
    const isHole = this.#publications.sequenceOf(missing[0] as number) < seen;
    const isFree = (peer: number) => !patient.pulls.has(peer) && askable(peer).length > 0;
    const peer = this.#choose(node, want, isHole, isFree);
    if (peer === undefined) return;
    const order = orders.get(peer) ?? { events: [], wants: [] };
    order.events.push(...askable(peer));
    order.wants.push(want);
    orders.set(peer, order);
    want.asked = peer;
  }

  /**
   * Claimants first, then for what was skipped anyone, each from a random start; who did not answer
   * lately comes last.
   */
  #choose(
    node: number,
    want: Want,
    isHole: boolean,
    isFree: (peer: number) => boolean,
  ): number | undefined {
    const claimants = [...want.claims.keys()];
    const start = Math.floor(this.#random.next() * claimants.length);
    let best: number | undefined;
    for (let i = 0; i < claimants.length; i++) {
      const peer = claimants[(start + i) % claimants.length] as number;
      if (!isFree(peer)) continue;
      if (best === undefined || want.timeouts(peer) < want.timeouts(best)) best = peer;
    }
    const isFresh = best !== undefined && want.timeouts(best) === 0;
    return isFresh || !isHole ? best : (this.#anyone(node, want, isFree) ?? best);
  }

  #anyone(node: number, want: Want, isFree: (peer: number) => boolean): number | undefined {
    const degree = this.#topology.degree(node);
    const start = Math.floor(this.#random.next() * degree);
    for (let i = 0; i < degree; i++) {
      const peer = this.#topology.peer(node, (start + i) % degree);
      if (want.timeouts(peer) === 0 && isFree(peer)) return peer;
    }
    return undefined;
  }
}
