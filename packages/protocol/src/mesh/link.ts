import type { Origin } from '@hearsay/spi';

/** What the machine knows of one admitted peer: when it last answered, and whether vectors were compared. */
export interface Link {
  readonly peer: Origin;
  /** The last acknowledged round trip, the admission included (rule M2: contact is nothing less). */
  ackAtMs: number;
  roundTripMs: number | undefined;
  beat: number;
  beatAtMs: number;
  /** Digests in a row that disagreed. */
  mismatches: number;
  /** How many of them it takes until vectors are exchanged again (rule M3). */
  patience: number;
  /** Whether the peer's vector was compared since contact began. */
  compared: boolean;
}

export function newLink(peer: Origin, nowMs: number): Link {
  return {
    peer,
    ackAtMs: nowMs,
    roundTripMs: undefined,
    beat: 0,
    beatAtMs: Number.NEGATIVE_INFINITY,
    mismatches: 0,
    patience: 1,
    compared: false,
  };
}

export function silentForMs(link: Link, nowMs: number): number {
  return nowMs - link.ackAtMs;
}
