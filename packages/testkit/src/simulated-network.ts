import { ConfigInvalidError } from '@hearsay/spi';
import { SeededRandom } from './seeded-random.js';
import type { SimulatedClock } from './simulated-clock.js';

/** What every link does to messages. Rates are 0 … 1. */
export interface NetworkFaults {
  readonly lossRate: number;
  /** Share of messages that arrive twice; the copy has a delay of its own. */
  readonly duplicateRate: number;
  /** Share of messages that later ones of the same link may overtake. */
  readonly reorderRate: number;
  /** Delay of each message, even over `delayMsMin` ≤ delay < `delayMsMax`. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
}

export const NO_FAULTS: NetworkFaults = {
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  delayMsMin: 0,
  delayMsMax: 0,
};

/** What became of all messages so far. sent + duplicated = delivered + lost + cut + unknown + in flight. */
export interface NetworkCounters {
  readonly sent: number;
  readonly delivered: number;
  /** Lost by chance. */
  readonly lost: number;
  /** Lost because the link was cut when it was sent or when it would have arrived. */
  readonly cut: number;
  /** Addressed to nobody. */
  readonly unknown: number;
  readonly duplicated: number;
}

/** One place in the network. */
export interface SimulatedEndpoint {
  readonly name: string;
  /** Never fails, as a datagram: what does not arrive is only counted. The bytes must not change after. */
  send(to: string, bytes: Uint8Array): void;
  /** Nothing arrives from now on. */
  detach(): void;
}

export type Receive = (from: string, bytes: Uint8Array) => void;

/**
 * Carries bytes between named endpoints over a simulated clock. Two networks with the same seed that
 * are used in the same way behave in the same way.
 */
export class SimulatedNetwork {
  readonly #clock: SimulatedClock;
  readonly #random: SeededRandom;
  readonly #endpoints = new Map<string, Receive>();
  /** Directed links that are cut. */
  readonly #cuts = new Set<string>();
  /** Per directed link, when its newest ordered message arrives. */
  readonly #orderedUntilMs = new Map<string, number>();
  readonly #counters = { sent: 0, delivered: 0, lost: 0, cut: 0, unknown: 0, duplicated: 0 };
  #faults: NetworkFaults = NO_FAULTS;

  constructor(clock: SimulatedClock, seed: number, faults: Partial<NetworkFaults> = {}) {
    this.#clock = clock;
    this.#random = new SeededRandom(seed);
    this.setFaults(faults);
  }

  get counters(): NetworkCounters {
    return { ...this.#counters };
  }

  /**
   * Replaces all faults, for messages sent from now on.
   * @param faults what is left out does not happen
   * @throws {ConfigInvalidError} a rate outside 0 … 1, or delays that are not 0 ≤ min ≤ max
   */
  setFaults(faults: Partial<NetworkFaults>): void {
    const next = { ...NO_FAULTS, ...faults };
    for (const name of ['lossRate', 'duplicateRate', 'reorderRate'] as const)
      if (!(next[name] >= 0 && next[name] <= 1))
        throw new ConfigInvalidError(`${name} is ${next[name]}; pass 0 … 1`);
    if (!(next.delayMsMin >= 0 && next.delayMsMin <= next.delayMsMax && next.delayMsMax < Infinity))
      throw new ConfigInvalidError('delays are not 0 ≤ delayMsMin ≤ delayMsMax; pass both');
    this.#faults = next;
  }

  /** @throws {ConfigInvalidError} the name is taken */
  attach(name: string, receive: Receive): SimulatedEndpoint {
    if (this.#endpoints.has(name))
      throw new ConfigInvalidError(`endpoint ${name} exists already; detach it first`);
    this.#endpoints.set(name, receive);
    return {
      name,
      send: (to, bytes) => this.#send(name, to, bytes),
      detach: () => {
        if (this.#endpoints.get(name) === receive) this.#endpoints.delete(name);
      },
    };
  }

  /** Both directions; what is on its way is lost too. */
  cut(a: string, b: string): void {
    this.cutOneWay(a, b);
    this.cutOneWay(b, a);
  }

  cutOneWay(from: string, to: string): void {
    this.#cuts.add(link(from, to));
  }

  /** Both directions. */
  heal(a: string, b: string): void {
    this.#cuts.delete(link(a, b));
    this.#cuts.delete(link(b, a));
  }

  healAll(): void {
    this.#cuts.clear();
  }

  #send(from: string, to: string, bytes: Uint8Array): void {
    this.#counters.sent += 1;
    // Every message rolls the same dice whatever becomes of it, so that a cut changes nothing else.
    const lost = this.#random.chance(this.#faults.lossRate);
    const twice = this.#random.chance(this.#faults.duplicateRate);
    const arrivesMs = this.#arrivalMs(link(from, to));
    const copyArrivesMs = this.#clock.monotonicMs() + this.#delayMs();
    if (this.#cuts.has(link(from, to))) this.#counters.cut += 1;
    else if (lost) this.#counters.lost += 1;
    else {
      this.#arriveAt(arrivesMs, from, to, bytes);
      if (!twice) return;
      this.#counters.duplicated += 1;
      this.#arriveAt(copyArrivesMs, from, to, bytes);
    }
  }

  /** An ordered message arrives after the ordered ones before it; the others whenever they like. */
  #arrivalMs(directed: string): number {
    const arrivesMs = this.#clock.monotonicMs() + this.#delayMs();
    if (this.#random.chance(this.#faults.reorderRate)) return arrivesMs;
    const orderedMs = Math.max(arrivesMs, this.#orderedUntilMs.get(directed) ?? 0);
    this.#orderedUntilMs.set(directed, orderedMs);
    return orderedMs;
  }

  #delayMs(): number {
    return this.#random.between(this.#faults.delayMsMin, this.#faults.delayMsMax);
  }

  #arriveAt(atMs: number, from: string, to: string, bytes: Uint8Array): void {
    this.#clock.scheduleAt(atMs, () => {
      const receive = this.#endpoints.get(to);
      if (this.#cuts.has(link(from, to))) this.#counters.cut += 1;
      else if (receive === undefined) this.#counters.unknown += 1;
      else {
        this.#counters.delivered += 1;
        receive(from, bytes);
      }
    });
  }
}

function link(from: string, to: string): string {
  return `${from}\n${to}`;
}
