import {
  type ConvergenceCase,
  type ConvergenceRow,
  convergence,
  defaultRuns,
} from './convergence.ts';
import type { Results } from './results.ts';
import { PRODUCTION, SEND_US, type Settings } from './settings.ts';
import { type SteadyRow, steady } from './steady.ts';
import { type Compared, compareTimes } from './validation.ts';

type Progress = (text: string) => void;

export const STUDY_NODES = [100, 1_000, 10_000] as const;
/** Sizes of deployments. */
export const DEPLOYMENT_NODES = [5, 50, 100, 1_000, 10_000] as const;
export const LOSSES = [0, 0.3] as const;
export const LINK_MS = 50;
export const EVENTS_PER_SECOND = 100;
const SEED = 1;
const RUNS_OF_OPTIONS_MAX = 100;

const BASE = { linkMs: LINK_MS, links: null, sendUs: SEND_US, settings: {} } as const;
/** More neighbours in gossipsub's mesh. */
export const DENSER: Partial<Settings> = { D: 8, Dlo: 6 };
const PATIENT: Partial<Settings> = { pullTimeoutMs: 400 };
const NO_FLOOD: Partial<Settings> = { floodPublish: 0 };

/** Each with every loss. */
const OPTIONS: readonly Pick<ConvergenceCase, 'nodes' | 'medium' | 'links' | 'settings'>[] = [
  { nodes: 1_000, medium: 'direct', links: null, settings: PATIENT },
  { nodes: 1_000, medium: 'gossipsub', links: null, settings: PATIENT },
  { nodes: 1_000, medium: 'gossipsub', links: null, settings: DENSER },
  { nodes: 1_000, medium: 'gossipsub', links: null, settings: NO_FLOOD },
  { nodes: 1_000, medium: 'gossipsub', links: null, settings: { ...NO_FLOOD, ...DENSER } },
  { nodes: 1_000, medium: 'gossipsub', links: 64, settings: DENSER },
  { nodes: 10_000, medium: 'gossipsub', links: null, settings: DENSER },
  { nodes: 10_000, medium: 'gossipsub', links: null, settings: { ...NO_FLOOD, ...DENSER } },
  { nodes: 10_000, medium: 'gossipsub', links: 64, settings: DENSER },
];

/** All that the model says in docs/SCALE.md. */
export function study(progress: Progress): Omit<Results, 'measured'> {
  return {
    settings: PRODUCTION,
    convergence: STUDY_NODES.flatMap((nodes) =>
      (['direct', 'gossipsub'] as const).flatMap((medium) =>
        LOSSES.map((loss) => row({ ...BASE, nodes, medium, loss }, defaultRuns(nodes), progress)),
      ),
    ),
    options: OPTIONS.flatMap((option) =>
      LOSSES.map((loss) => {
        const runs = Math.min(RUNS_OF_OPTIONS_MAX, defaultRuns(option.nodes));
        return row({ ...BASE, ...option, loss }, runs, progress);
      }),
    ),
    steady: steadyStudy(progress),
    validation: validation(progress),
  };
}

function row(one: ConvergenceCase, runs: number, progress: Progress): ConvergenceRow {
  const { nodes, medium, loss } = one;
  return convergence(one, runs, SEED, (run) =>
    progress(`${nodes} nodes, ${medium}, loss ${loss}: event ${run} of ${runs}`),
  );
}

export function steadyStudy(progress: Progress): SteadyRow[] {
  return DEPLOYMENT_NODES.flatMap((nodes) => steadyRows(nodes, progress));
}

function steadyRows(nodes: number, progress: Progress): SteadyRow[] {
  progress(`${nodes} nodes under load`);
  const base = { nodes, loss: 0, linkMs: LINK_MS, sendUs: SEND_US, settings: {} };
  const seconds = nodes <= 100 ? 30 : Math.max(1, 5_000 / nodes);
  return [
    steady({ ...base, medium: 'direct', eventsPerSecond: 0 }, seconds, SEED),
    steady({ ...base, medium: 'direct', eventsPerSecond: EVENTS_PER_SECOND }, seconds, SEED),
    steady({ ...base, medium: 'gossipsub', eventsPerSecond: EVENTS_PER_SECOND }, seconds, SEED),
  ];
}

function validation(progress: Progress): Compared[] {
  progress('the production machines');
  return [
    compareTimes({ nodes: 24, linkMs: LINK_MS, spreadLoss: 0.9, loss: 0 }, 20, 400),
    compareTimes({ nodes: 60, linkMs: LINK_MS, spreadLoss: 0.3, loss: 0 }, 15, 200),
    compareTimes({ nodes: 32, linkMs: LINK_MS, spreadLoss: 0.3, loss: 0.3 }, 15, 400),
  ];
}
