import type { Origin } from '@hearsay/spi';

/** What the machine knows of one admitted peer: when it last answered, and whether vectors were compared. */
export interface Link {
  readonly peer: Origin;
  /** The last acknowledged round trip, the admission included (rule M2: contact is nothing less). */
  ackAtMs: number;
  roundTripMs: number | undefined;
  beat: number;
  beatAtMs: number;
  /** Digests in a row that disagreed (rule M3: vectors travel after the second). */
  mismatches: number;
  /** Whether a digest or vector of this link was compared since contact began. */
  compared: boolean;
}

export function newLink(peer: Origin, nowMs: number, compared: boolean): Link {
  return {
    peer,
    ackAtMs: nowMs,
    roundTripMs: undefined,
    beat: 0,
    beatAtMs: Number.NEGATIVE_INFINITY,
    mismatches: 0,
    compared,
  };
}

export function silentForMs(link: Link, nowMs: number): number {
  return nowMs - link.ackAtMs;
}
