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

  /** @returns when the fault's node first said so, from the fault on */
  saidAfter(kind: FaultKind, coherence: string): number | undefined {
    const fault = this.#faults.get(kind);
    if (!fault) return undefined;
    return this.#changes.find(
      (change) =>
        change.node === fault.node && change.us >= fault.us && change.coherence === coherence,
    )?.us;
  }

  /** From each fault until its node was coherent again; `nowUs` where that has not been. */
  disturbances(nowUs: number): Disturbance[] {
    const disturbances: Disturbance[] = [];
    const killUs = this.faultUs('kill');
    if (killUs !== undefined)
      disturbances.push({
        fromUs: killUs,
        untilUs: this.saidAfter('restart', 'coherent') ?? nowUs,
      });
    const cutUs = this.faultUs('cut');
    if (cutUs !== undefined)
      disturbances.push({ fromUs: cutUs, untilUs: this.saidAfter('heal', 'coherent') ?? nowUs });
    return disturbances;
  }
}
