import { type Origin, originId } from '@hearsay/spi';

/** One probe under way. `direct`: pinged and waiting. `indirect`: others were asked too. */
export interface Probe {
  readonly target: Origin;
  readonly sequence: number;
  /** Whether the target itself was pinged; without a link it cannot be. */
  readonly pinged: boolean;
  stage: 'direct' | 'indirect';
  dueMs: number;
  /** Helper → whether it answered, if only by a nack. */
  readonly helpers: Map<string, boolean>;
}

/** The probes that this node has under way: at most one for each member. */
export class Probes {
  readonly #byTarget = new Map<string, Probe>();

  get size(): number {
    return this.#byTarget.size;
  }

  get all(): Probe[] {
    return [...this.#byTarget.values()];
  }

  get(id: string): Probe | undefined {
    return this.#byTarget.get(id);
  }

  /** A probe of the same target that was under way is forgotten. */
  start(target: Origin, sequence: number, pinged: boolean, dueMs: number): Probe {
    const stage = pinged ? 'direct' : 'indirect';
    const probe: Probe = { target, sequence, pinged, stage, dueMs, helpers: new Map() };
    this.#byTarget.set(originId(target), probe);
    return probe;
  }

  /** @returns the probe that the answer settles, which is no longer under way */
  answered(id: string, sequence: number): Probe | undefined {
    const probe = this.#byTarget.get(id);
    if (probe?.sequence !== sequence) return undefined;
    this.#byTarget.delete(id);
    return probe;
  }

  /** A helper has no answer from the target, but is there itself. */
  nacked(id: string, sequence: number, helper: string): void {
    const probe = this.#byTarget.get(id);
    if (probe?.sequence === sequence && probe.helpers.has(helper)) probe.helpers.set(helper, true);
  }

  /** @returns whether it was under way */
  delete(id: string): boolean {
    return this.#byTarget.delete(id);
  }

  due(nowMs: number): Probe[] {
    return this.all.filter(({ dueMs }) => dueMs <= nowMs);
  }

  get nextDueMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#byTarget.values()) nextMs = Math.min(nextMs, dueMs);
    return nextMs;
  }
}
