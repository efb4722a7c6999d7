import type { Disturbance } from './deliveries.ts';

export type FaultKind = 'kill' | 'restart' | 'cut' | 'heal';

interface CoherenceChange {
  readonly node: number;
  readonly us: number;
  readonly coherence: string;
}

/** When the faults were made and what the nodes said of their coherence. Pure. Times in microseconds. */
export class Timeline {
  readonly #faults = new Map<FaultKind, { readonly node: number; readonly us: number }>();
  readonly #changes: CoherenceChange[] = [];
  readonly #connected: { readonly firstUs: number; readonly lastUs: number }[] = [];
  #startUs = Number.NEGATIVE_INFINITY;

  fault(kind: FaultKind, node: number, us: number): void {
    this.#faults.set(kind, { node, us });
  }

  /** In the order of one node's time. */
  coherence(node: number, us: number, coherence: string): void {
    this.#changes.push({ node, us, coherence });
  }

  faultUs(kind: FaultKind): number | undefined {
    return this.#faults.get(kind)?.us;
  }

  /** @returns when the fault's node first said one of the words of its coherence, from the fault on */
  saidAfter(kind: FaultKind, ...words: readonly string[]): number | undefined {
    const fault = this.#faults.get(kind);
    if (!fault) return undefined;
    return this.#changes.find(
      (change) =>
        change.node === fault.node && change.us >= fault.us && words.includes(change.coherence),
    )?.us;
  }

  /** The clients are warm: what was before does not count. */
  clockStarted(us: number): void {
    this.#startUs = us;
  }

  /** Tells that each node said, at some time from the first to the second, that it is coherent and linked to all. */
  allConnected(firstUs: number, lastUs: number): void {
    this.#connected.push({ firstUs, lastUs });
  }

  /** Times when not every live node was connected, up to `nowUs`. */
  disturbances(nowUs: number): Disturbance[] {
    const disturbances = [{ fromUs: Number.NEGATIVE_INFINITY, untilUs: this.#startUs }];
    for (const [began, ended] of [
      ['kill', 'restart'],
      ['cut', 'heal'],
    ] as const) {
      const fromUs = this.faultUs(began);
      const endedUs = this.faultUs(ended) ?? nowUs;
      const connected = this.#connected.find(({ firstUs }) => firstUs >= endedUs);
      if (fromUs !== undefined) disturbances.push({ fromUs, untilUs: connected?.lastUs ?? nowUs });
    }
    return disturbances;
  }
}
