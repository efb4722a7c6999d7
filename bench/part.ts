import type { Row } from './row.ts';

export interface PartOptions {
  /** Fewer and shorter rounds: shows that the part works, not what the figure is. */
  readonly quick: boolean;
  /** Seeds of the demonstration; the worst of them counts. */
  readonly seeds: readonly number[];
  /** Says what is being done, where somebody is looking. */
  readonly progress: (text: string) => void;
}

/** What each file in `parts/` exports as `run`. */
export type RunPart = (options: PartOptions) => Promise<Row[]>;

/** The parts, in the order in which all of them run, each with its one sentence. */
export const PARTS = {
  cache: 'a hit of the local cache against a hit of lru-cache',
  convergence: 'from commit to applied everywhere, under the demonstration’s load',
  reconnect: 'two nodes that missed each other’s messages, without a log',
  memory: 'what a node with four peers takes above a bare Node',
  log: 'on each database: what an append costs, how many a second, an idle poll, and catching up',
  polling: 'how often the database is read where many nodes share their polls',
  strict: 'how soon nobody serves a revoked value, and what a read under a lease costs',
  membership: 'how soon a cluster forms, notices and heals, and whom it must not bury',
  repair: 'bytes of idle digests, of finding what differs, and of an origin in memory',
  latency: 'from publish to handler in other processes, on both media',
  strangers: 'what strangers at the door do to the latency between members',
  admin:
    'how soon subscribers hear of what is applied, and what the API, the command line and a dashboard take',
} as const;

export type PartName = keyof typeof PARTS;

export function isPartName(text: string): text is PartName {
  return Object.hasOwn(PARTS, text);
}

/** Loads only the part that is wanted: what another part imports would change this one's figures. */
export async function loadPart(name: PartName): Promise<RunPart> {
  const module: { readonly run: RunPart } = await import(`./parts/${name}.ts`);
  return module.run;
}
