import { type RunResult, run } from '../cluster.ts';
import { MUTATIONS } from '../mutations.ts';
import { type PlanOptions, planOf } from '../plan.ts';

/** A run to be done, as it is handed to another thread. */
export interface Task {
  readonly seed: number;
  readonly plan: PlanOptions;
  /** The name of the mutation. */
  readonly mutation?: string | undefined;
  readonly untilViolation?: boolean;
}

export interface Outcome extends RunResult {
  readonly seed: number;
}

export async function perform({ seed, plan, mutation, untilViolation }: Task): Promise<Outcome> {
  const result = await run(planOf(seed, plan), {
    mutation: MUTATIONS.find(({ name }) => name === mutation),
    untilViolation: untilViolation === true,
  });
  return { ...result, seed };
}
