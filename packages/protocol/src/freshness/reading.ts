import type { ChainHead, ScopeReading } from '@hearsay/spi';

/** How a reading of the log contradicts itself or the position that it was asked from. */
export type BrokenReason = 'chain-broken' | 'below-floor' | 'rows-lost';

export type Followed =
  /**
   * The rows lead from the asked position to `end`, which is the head unless more are to be read.
   */
  { readonly end: ChainHead; readonly broken?: undefined } | { readonly broken: BrokenReason };

/**
 * Follows the rows of one reading link by link from the position that was asked (rules L1, L4).
 *
 * @param asked applied here when the poll was sent
 */
export function followRows(asked: ChainHead, reading: ScopeReading): Followed {
  const { head, rows } = reading;
  let end = asked;
  for (const row of rows) {
    if (row.version !== end.version + 1) return { broken: missing(end, reading) };
    if (row.prevId !== end.appendId) return { broken: 'chain-broken' };
    end = row;
  }
  // An answer may stop short of the head; a hole behind it shows when the next one starts there.
  if (end.version < head.version)
    return rows.length === 0 ? { broken: missing(end, reading) } : { end };
  // Ids are never reused, so this also finds a head behind what was applied: commits were lost.
  return end.appendId === head.appendId ? { end } : { broken: 'chain-broken' };
}

function missing(after: ChainHead, reading: ScopeReading): BrokenReason {
  return after.version < reading.floor ? 'below-floor' : 'rows-lost';
}
