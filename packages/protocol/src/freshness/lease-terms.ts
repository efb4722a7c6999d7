/**
 * How long a right lasts and how long a revoker waits, as shares of the lease L (rules S1, S2).
 * `docs/STRICT.md` derives the numbers. A right lasts `rightShare + jumpShare` of L at most, by the
 * holder's clock; a revoker waits `waitShare` of L by its own. So nobody holds an older right then,
 * as long as each clock is off by less than a tenth: (1.01 − 0.82) / (1.01 + 0.82).
 */
export interface LeaseTerms {
  /** From the send of a lease's registration. */
  readonly rightShare: number;
  /** How far wall and monotonic time may part within a right; a longer pause ends it (rule F3). */
  readonly jumpShare: number;
  /** When the next lease is taken, from the send of the one before. */
  readonly renewShare: number;
  /** How long a revoker waits. */
  readonly waitShare: number;
}

export const LEASE_TERMS: LeaseTerms = {
  rightShare: 0.8,
  jumpShare: 0.02,
  renewShare: 0.4,
  waitShare: 1.01,
};
