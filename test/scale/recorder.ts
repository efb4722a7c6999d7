import type { Publications } from './publications.ts';
import { KINDS, type Kind, type KindTraffic, type Traffic } from './traffic.ts';

/** How an event reached a node: after so many hops of the medium, or by a pull. */
const HOPS_MAX = 32;
const BY_REPAIR = 0;

export interface Outcome {
  /** From publication to each delivery at another node, ascending. */
  readonly deliveredMs: Float64Array;
  /** Per event: when the last node had it; `Infinity` where some never had. */
  readonly allMs: readonly number[];
  /** Deliveries by the hops that it took; at 0 those by repair. */
  readonly hops: readonly number[];
  /** Pairs of an event and a node that it never reached. */
  readonly undelivered: number;
  /** Copies received, the first included, however they came. */
  readonly copies: number;
  readonly sent: number;
  readonly arrived: number;
  readonly lost: number;
  readonly inFlight: number;
  /** Sent while traffic was counted. */
  readonly traffic: Readonly<Record<Kind, KindTraffic>>;
}

/** Notes who received what when. */
export class Recorder {
  readonly #publications: Publications;
  readonly #expected: number;
  readonly #latencies: number[] = [];
  readonly #reached: Int32Array;
  readonly #lastMs: Float64Array;
  readonly #hops = new Array<number>(HOPS_MAX).fill(0);
  readonly #others: number;
  #counted: Outcome['traffic'] | undefined;
  copies = 0;

  constructor(nodes: number, publications: Publications) {
    this.#publications = publications;
    this.#others = nodes - 1;
    this.#expected = publications.count * this.#others;
    this.#reached = new Int32Array(publications.count);
    this.#lastMs = new Float64Array(publications.count);
  }

  get isComplete(): boolean {
    return this.#latencies.length === this.#expected;
  }

  /** @param hops 0: by repair */
  delivered(event: number, hops: number, nowMs: number): void {
    const latencyMs = nowMs - this.#publications.get(event).atMs;
    this.#latencies.push(latencyMs);
    this.#reached[event] = (this.#reached[event] as number) + 1;
    this.#lastMs[event] = latencyMs;
    const place = Math.min(hops, HOPS_MAX - 1);
    this.#hops[place] = (this.#hops[place] as number) + 1;
  }

  /** What was sent by now is the traffic of the run. */
  count(traffic: Traffic): void {
    const byKind = KINDS.map((kind) => [kind, traffic.of(kind)]);
    this.#counted = Object.fromEntries(byKind) as Outcome['traffic'];
  }

  outcome(traffic: Traffic, inFlight: number): Outcome {
    if (!this.#counted) this.count(traffic);
    const lastUsed = this.#hops.findLastIndex((count) => count > 0);
    return {
      deliveredMs: Float64Array.from(this.#latencies).sort(),
      allMs: [...this.#lastMs].map((ms, event) =>
        this.#reached[event] === this.#others ? ms : Number.POSITIVE_INFINITY,
      ),
      hops: this.#hops.slice(0, Math.max(lastUsed, BY_REPAIR) + 1),
      undelivered: this.#expected - this.#latencies.length,
      copies: this.copies,
      sent: traffic.sent,
      arrived: traffic.delivered,
      lost: traffic.lost,
      inFlight,
      traffic: this.#counted as Outcome['traffic'],
    };
  }
}
