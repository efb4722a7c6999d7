import type { Holdings } from './holdings.ts';
import type { Network } from './network.ts';
import type { Publications } from './publications.ts';
import type { Recorder } from './recorder.ts';
import type { Repairs } from './repair.ts';

/** What it means that a copy of an event arrived, whatever brought it. */
export class Deliveries {
  readonly #network: Network;
  readonly #publications: Publications;
  readonly #holdings: Holdings;
  readonly #repairs: Repairs;
  readonly #recorder: Recorder;

  constructor(
    network: Network,
    publications: Publications,
    holdings: Holdings,
    repairs: Repairs,
    recorder: Recorder,
  ) {
    this.#network = network;
    this.#publications = publications;
    this.#holdings = holdings;
    this.#repairs = repairs;
    this.#recorder = recorder;
  }

  /** The publisher has its own. */
  published(event: number): void {
    this.#holdings.add(this.#publications.get(event).node, event, this.#network.nowMs);
  }

  /** @param hops of the medium; 0: by repair */
  arrived(node: number, event: number, hops: number): void {
    this.#recorder.copies++;
    const { nowMs } = this.#network;
    const origin = this.#publications.originOf(event);
    const heardMs = this.#repairs.heardMs(node, origin, nowMs);
    if (this.#holdings.add(node, event, heardMs)) this.#recorder.delivered(event, hops, nowMs);
    this.#repairs.seen(node, origin, nowMs);
  }
}
