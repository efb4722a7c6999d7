import type { Origin } from '@hearsay/spi';

/** What the machine knows of one admitted peer: when it last answered, and whether vectors were compared. */
export interface Link {
  readonly peer: Origin;
  /** The last acknowledged round trip, the admission included (rule M2: contact is nothing less). */
  ackAtMs: number;
  roundTripMs: number | undefined;
  beat: number;
  beatAtMs: number;
  /** When the last beat was sent that the peer has acknowledged: what it says next is no older. */
  asOfMs: number;
  /** Digests in a row that disagreed. */
  mismatches: number;
  /** How many of them it takes until vectors are exchanged again (rule M3). */
  patience: number;
  /** Whether the peer's vector was compared since contact began. */
  compared: boolean;
  /** As of when all that the peer had is known to be here; −∞: it never was. */
  soundAsOfMs: number;
  /** A comparison of which not all is here yet: of what the peer had as of when, and when it was made. */
  pending: { readonly asOfMs: number; readonly atMs: number } | undefined;
  /** Whether the peer knows sketches, and says what its vectors leave out. */
  readonly sketches: boolean;
  /** Comparisons that the peer asked for in the second that began then. */
  asked: number;
  askedSinceMs: number;
}

export function newLink(peer: Origin, nowMs: number, sketches: boolean): Link {
  return {
    peer,
    ackAtMs: nowMs,
    roundTripMs: undefined,
    beat: 0,
    beatAtMs: Number.NEGATIVE_INFINITY,
    asOfMs: Number.NEGATIVE_INFINITY,
    mismatches: 0,
    patience: 1,
    compared: false,
    soundAsOfMs: Number.NEGATIVE_INFINITY,
    pending: undefined,
    sketches,
    asked: 0,
    askedSinceMs: Number.NEGATIVE_INFINITY,
  };
}

export function silentForMs(link: Link, nowMs: number): number {
  return nowMs - link.ackAtMs;
}
