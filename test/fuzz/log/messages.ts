/** What the processes of a run say to each other. */
import type { Announcement } from '@hearsay/spi';
import type { Place } from './stage/stage.ts';

/** Durations of a run, in milliseconds; a short run has short ones. */
export interface Pace {
  /** How long a transaction stays open at the most. */
  readonly holdMsMax: number;
  /** How long a reader lives, and how long it sleeps now and then. */
  readonly lifeMsMin: number;
  readonly lifeMsMax: number;
  readonly sleepMsMax: number;
}

/** The first argument of a process, as JSON. */
export interface WriterTask {
  readonly place: Place;
  readonly pace: Pace;
  readonly seed: number;
  /** The first session of this process; it has {@link SESSIONS_MAX} of them. */
  readonly session: number;
  readonly commits: number;
}

/** Sessions of one life of a writer. */
export const SESSIONS_MAX = 100_000;

export interface ReaderTask {
  readonly place: Place;
  readonly pace: Pace;
  readonly seed: number;
  readonly isNaive: boolean;
}

/** What a writer has done so far, as far as it knows. */
export interface WriterCounts {
  commits: number;
  rolledBack: number;
  uncertain: number;
  dropped: number;
}

export type WriterMessage =
  | { readonly kind: 'wrote'; readonly counts: WriterCounts }
  | { readonly kind: 'gossip'; readonly announcements: readonly Announcement[] }
  /** The last word: what contradicts the database of what it was told. */
  | { readonly kind: 'done'; readonly counts: WriterCounts; readonly defects: readonly string[] };

export type ToReader =
  /** Not to all of them. */
  | { readonly kind: 'gossip'; readonly announcements: readonly Announcement[] }
  /** Live on, from now or from the next life. */
  | { readonly kind: 'stay' }
  /** All is committed: read to the end, and judge. */
  | { readonly kind: 'finish' };

export interface ReaderReport {
  readonly lives: number;
  readonly polls: number;
  readonly delivered: number;
  /** Beside those of first use. */
  readonly resets: number;
  /** Transactions of which something was lost. */
  readonly lost: number;
  readonly defects: readonly string[];
}

export type ReaderMessage =
  /** Its first life has. */
  | { readonly kind: 'begun' }
  /** It lives on, and has read since it was told to. */
  | { readonly kind: 'staying' }
  | { readonly kind: 'judged'; readonly report: ReaderReport };

/** Defects that a report names one by one; more are counted. */
const DEFECTS_MAX = 10;

/** At most {@link DEFECTS_MAX} of them, and how many more there were. */
export function shortened(defects: readonly string[]): readonly string[] {
  const rest = defects.length - DEFECTS_MAX;
  return rest > 0 ? [...defects.slice(0, DEFECTS_MAX), `and ${rest} more`] : defects;
}
