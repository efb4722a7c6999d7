import type { Publication } from './publications.ts';
import type { Settings } from './settings.ts';

export type ModelMedium = 'direct' | 'gossipsub';

/** One run of the model, given in full. */
export interface Scenario {
  readonly nodes: number;
  readonly medium: ModelMedium;
  /** Share of the copies of events, as the medium spreads them, that never arrive: 0 ≤ share < 1. */
  readonly spreadLoss: number;
  /** The same of all other messages: probes and repair. */
  readonly loss: number;
  /** One way, even over 0.9 … 1.1 of this. */
  readonly linkMs: number;
  /** Links of a node; `nodes − 1` or more: everyone, as in production. */
  readonly links: number;
  /** Of whom vectors tell: all that published within ten minutes. */
  readonly origins: number;
  /** What the sender's processor takes for each copy that it sends in a row. */
  readonly sendUs: number;
  readonly settings: Settings;
  readonly seed: number;
  /** Ascending in time. */
  readonly publications: readonly Publication[];
  /** Traffic by kind is counted from here … */
  readonly countFromMs: number;
  /** … to here, or to the end. */
  readonly countToMs: number;
}
