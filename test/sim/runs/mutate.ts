import { MUTATIONS } from '../mutations.ts';
import type { PlanOptions } from '../plan.ts';
import type { Task } from './outcome.ts';
import { Threads } from './threads.ts';

export interface Found {
  readonly name: string;
  readonly caught: boolean;
  /** The first one tried that catches it. */
  readonly seed: number | null;
}

interface Search {
  readonly first: number;
  readonly seeds: number;
  readonly plan: PlanOptions;
  readonly jobs: number;
}

/** Switches each mechanism off, in the clusters and the faults where it matters, until the oracle notices. */
export async function mutate(
  names: readonly string[],
  { first, seeds, plan, jobs }: Search,
  begins: (name: string) => void,
): Promise<Found[]> {
  const threads = new Threads(jobs);
  const found: Found[] = [];
  for (const name of names) {
    begins(name);
    const caughtBy: number[] = [];
    await threads.each(tasksOf(name, first, seeds, plan), ({ seed, violationCount }) => {
      if (violationCount > 0) caughtBy.push(seed);
      return caughtBy.length === 0;
    });
    const caught = caughtBy.length > 0;
    found.push({ name, caught, seed: caught ? Math.min(...caughtBy) : null });
  }
  await threads.close();
  return found;
}

export function* tasksOf(
  name: string,
  first: number,
  seeds: number,
  plan: PlanOptions,
): Generator<Task> {
  const mutation = MUTATIONS.find((one) => one.name === name);
  const { logging, kept, recipe, lossRate } = mutation ?? {};
  const where = { logging, kept, recipe, lossRate };
  for (let seed = first; seed < first + seeds; seed++)
    yield { seed, plan: { ...where, ...defined(plan) }, mutation: name, untilViolation: true };
}

function defined(plan: PlanOptions): PlanOptions {
  return Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined));
}
