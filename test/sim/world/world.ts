import type { Measures } from '../measures.ts';
import type { Mutation } from '../mutations.ts';
import type { SimulatedNode } from '../node/node.ts';
import type { Receipt } from '../node/writer.ts';
import type { Oracle } from '../oracle/oracle.ts';
import type { Plan } from '../plan.ts';
import type { Agenda } from './agenda.ts';
import type { Committed, SimulatedDatabase } from './database.ts';
import type { Dialling } from './dialling.ts';
import type { Dice } from './dice.ts';
import type { Domain } from './domain.ts';
import type { SimulatedNetwork } from './network.ts';

export type Phase = 'faults' | 'loaded' | 'rest';

/** What every process of a run shares, and what it tells whoever watches. */
export interface World {
  readonly plan: Plan;
  readonly mutation: Mutation | undefined;
  readonly agenda: Agenda;
  readonly network: SimulatedNetwork;
  readonly dialling: Dialling;
  readonly database: SimulatedDatabase;
  readonly domain: Domain;
  readonly oracle: Oracle;
  readonly measures: Measures;
  /** Whether machines forget silent origins within the run, and may be told of their events again. */
  readonly forgets: boolean;
  readonly phase: () => Phase;
  readonly nextFrame: () => number;
  readonly nodeOf: (origin: string) => SimulatedNode | undefined;
  readonly committed: (committed: Committed) => void;
  /** A write was acknowledged, and its token may be passed on. */
  readonly wrote: (receipt: Receipt) => void;
  readonly recentWrite: (dice: Dice) => Receipt | undefined;
  /** A promise was settled: what waits for it goes on before the next event. */
  readonly woke: () => void;
  readonly note: (text: string) => void;
}
