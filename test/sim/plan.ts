import { type Fault, scheduleOf } from './faults.ts';
import { type Kept, type Logging, type Profile, profileOf } from './profile.ts';
import type { RecipeName } from './recipes.ts';
import { Dice } from './world/dice.ts';

/** Everything that decides a run: the same plan, the same run. */
export interface Plan {
  readonly seed: number;
  /** At the start; churn changes it. */
  readonly nodes: number;
  readonly profile: Profile;
  readonly faults: readonly Fault[];
  /** Load and faults. */
  readonly faultsMs: number;
  /** Load alone. */
  readonly loadedMs: number;
  /** Nothing but the cluster itself. */
  readonly restMs: number;
}

export interface PlanOptions {
  /** Drawn from 5 to 20 where it is left out. */
  readonly nodes?: number | undefined;
  readonly logging?: Logging | undefined;
  /** In all; a third of it are load alone and rest. */
  readonly seconds?: number | undefined;
  /** A recipe that comes again and again. */
  readonly recipe?: RecipeName | undefined;
  readonly kept?: Kept | undefined;
  /** Lost on every link all the time, 0 … 0.5. */
  readonly lossRate?: number | undefined;
  /** Indexes of the faults that stay; all where it is left out. */
  readonly keep?: readonly number[] | undefined;
  /** Faults end by then. */
  readonly faultsEndMs?: number | undefined;
}

const SECONDS = 60;
const NODES = { min: 5, max: 20 };

export function planOf(seed: number, options: PlanOptions = {}): Plan {
  const dice = new Dice(seed, 'plan');
  const drawn = dice.whole(NODES.min, NODES.max);
  const nodes = options.nodes ?? drawn;
  const seconds = options.seconds ?? SECONDS;
  const faultsMs = (seconds * 1_000 * 2) / 3;
  const drawnProfile = profileOf(new Dice(seed, 'profile'), nodes, options.logging, options.kept);
  const profile = { ...drawnProfile, lossRate: options.lossRate ?? drawnProfile.lossRate };
  const logged = profile.logging !== 'none';
  const all = scheduleOf(new Dice(seed, 'faults'), logged, faultsMs, options.recipe);
  const kept = options.keep;
  const faults = kept ? all.filter(({ index }) => kept.includes(index)) : all;
  const endMs = Math.min(faultsMs, options.faultsEndMs ?? faultsMs);
  return {
    seed,
    nodes,
    profile,
    faults: faults.filter(({ atMs }) => atMs < endMs).map((fault) => endedBy(fault, endMs)),
    faultsMs: endMs,
    loadedMs: (seconds * 1_000) / 6,
    restMs: (seconds * 1_000) / 6,
  };
}

function endedBy(fault: Fault, endMs: number): Fault {
  return { ...fault, forMs: Math.min(fault.forMs, endMs - fault.atMs) };
}
