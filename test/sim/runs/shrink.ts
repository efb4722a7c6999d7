import { planOf } from '../plan.ts';
import { type Outcome, perform, type Task } from './outcome.ts';

export interface Shrunk {
  readonly task: Task;
  readonly outcome: Outcome;
  readonly runs: number;
}

const RUNS_MAX = 60;
const ROUND_TO_MS = 100;

/**
 * Makes a failing run smaller for as long as it breaks the same invariant: fewer faults, an earlier
 * end of them, fewer nodes.
 *
 * Source: ddmin (Zeller, Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
 *
 * @returns `undefined` when the run does not fail
 */
export async function shrink(failing: Task): Promise<Shrunk | undefined> {
  const first = await perform({ ...failing, untilViolation: true });
  const [violation] = first.violations;
  if (!violation) return undefined;
  return new Shrinking(failing, first, violation.broken).run();
}

class Shrinking {
  readonly #broken: string;
  #task: Task;
  #outcome: Outcome;
  #runs = 1;

  constructor(task: Task, outcome: Outcome, broken: string) {
    this.#task = task;
    this.#outcome = outcome;
    this.#broken = broken;
  }

  async run(): Promise<Shrunk> {
    await this.#endEarlier();
    await this.#dropFaults();
    await this.#useFewerNodes();
    await this.#dropFaults();
    await this.#endEarlier();
    return { task: this.#task, outcome: this.#outcome, runs: this.#runs };
  }

  #faults(): number[] {
    return planOf(this.#task.seed, this.#task.plan).faults.map(({ index }) => index);
  }

  async #dropFaults(): Promise<void> {
    let parts = 2;
    for (let kept = this.#faults(); kept.length > 0 && parts <= 2 * kept.length; ) {
      const smaller = await this.#withoutOnePart(kept, Math.min(parts, kept.length));
      if (smaller) {
        kept = smaller;
        parts = Math.max(2, parts - 1);
      } else if (parts >= kept.length) return;
      else parts *= 2;
    }
  }

  async #withoutOnePart(kept: readonly number[], parts: number): Promise<number[] | undefined> {
    for (let part = 0; part < parts; part++) {
      const from = Math.floor((kept.length * part) / parts);
      const to = Math.floor((kept.length * (part + 1)) / parts);
      const keep = [...kept.slice(0, from), ...kept.slice(to)];
      if (await this.#holds({ keep })) return keep;
    }
    return undefined;
  }

  /** Not long after the violation, or after the last fault where it showed at rest. */
  async #endEarlier(): Promise<void> {
    const plan = planOf(this.#task.seed, this.#task.plan);
    const ends = plan.faults.map(({ atMs, forMs }) => atMs + forMs);
    const lastMs = Math.max(ROUND_TO_MS, ...ends);
    const atMs = this.#outcome.violations[0]?.atMs ?? lastMs;
    for (const endMs of [Math.min(atMs, lastMs), lastMs / 2, lastMs]) {
      const faultsEndMs = Math.ceil(endMs / ROUND_TO_MS) * ROUND_TO_MS;
      if (faultsEndMs < plan.faultsMs && (await this.#holds({ faultsEndMs }))) return;
    }
  }

  async #useFewerNodes(): Promise<void> {
    const { nodes: now } = planOf(this.#task.seed, this.#task.plan);
    for (const nodes of [2, 3, 4, 5, 7, 10, 14])
      if (nodes < now && (await this.#holds({ nodes }))) return;
  }

  async #holds(change: Partial<Task['plan']>): Promise<boolean> {
    if (this.#runs >= RUNS_MAX) return false;
    this.#runs += 1;
    const task: Task = { ...this.#task, plan: { ...this.#task.plan, ...change } };
    const outcome = await perform({ ...task, untilViolation: true });
    if (outcome.violations[0]?.broken !== this.#broken) return false;
    this.#task = task;
    this.#outcome = outcome;
    return true;
  }
}
