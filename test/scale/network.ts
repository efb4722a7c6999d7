import type { SeededRandom } from '@hearsay/testkit';
import { EventQueue } from './event-queue.ts';
import type { Scenario } from './scenario.ts';
import { KINDS, type Kind, Traffic } from './traffic.ts';

/** What happens besides messages. */
export const TIMERS = ['publish', 'batch', 'widen', 'tick', 'offer', 'count', 'count-end'] as const;

export type Timer = (typeof TIMERS)[number];

/** A list that a message carries; it must not change after. */
export type Payload = readonly number[] | Uint16Array;

/** Delays are even over 1 ± this of the link's. */
const JITTER = 0.1;

const NUMBERS = new Map<Kind | Timer, number>(
  [...KINDS, ...TIMERS].map((name, number) => [name, number]),
);

/** @returns the number of a kind of message or timer in the queue */
export function numberOf(name: Kind | Timer): number {
  return NUMBERS.get(name) as number;
}

const EVENT = numberOf('event');
const GOSSIP = numberOf('gossip');

/** Carries messages, or loses them, and rings timers. */
export class Network {
  readonly traffic = new Traffic();
  readonly queue = new EventQueue();
  readonly #scenario: Scenario;
  readonly #random: SeededRandom;
  readonly #payloads = new Map<number, Payload>();
  #lastPayload = 0;

  constructor(scenario: Scenario, random: SeededRandom) {
    this.#scenario = scenario;
    this.#random = random;
  }

  get nowMs(): number {
    return this.queue.atMs;
  }

  get inFlight(): number {
    const { sent, lost, delivered } = this.traffic;
    return sent - lost - delivered;
  }

  at(atMs: number, timer: Timer, node = 0, what = 0): void {
    this.queue.push(atMs, numberOf(timer), node, 0, what);
  }

  /**
   * @param place how many messages the sender sends before it in the same turn
   * @returns whether it will arrive
   */
  send(
    kind: number,
    from: number,
    to: number,
    bytes: number,
    what = 0,
    more = 0,
    place = 0,
  ): boolean {
    const { linkMs, sendUs } = this.#scenario;
    const loss = this.#lossOf(kind);
    this.traffic.add(kind, bytes);
    if (loss > 0 && this.#random.next() < loss) {
      this.traffic.lost++;
      return false;
    }
    const delayMs = linkMs * (1 - JITTER + 2 * JITTER * this.#random.next());
    this.queue.push(this.nowMs + (place * sendUs) / 1_000 + delayMs, kind, to, from, what, more);
    return true;
  }

  #lossOf(kind: number): number {
    const { spreadLoss, loss } = this.#scenario;
    return kind === EVENT || kind === GOSSIP ? spreadLoss : loss;
  }

  sendList(kind: number, from: number, to: number, bytes: number, list: Payload, more = 0): void {
    const id = ++this.#lastPayload;
    if (this.send(kind, from, to, bytes, id, more)) this.#payloads.set(id, list);
  }

  /** @returns the list of the message that has just arrived */
  openList(id: number): Payload {
    const list = this.#payloads.get(id) as Payload;
    this.#payloads.delete(id);
    return list;
  }
}
