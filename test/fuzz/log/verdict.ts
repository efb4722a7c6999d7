/** What a follower owed for one life, held against what was committed and what the log holds. */
import { GENESIS } from '@hearsay/spi';
import type { Beginning, Follower } from './follower.ts';
import type { LoggedRow } from './stage/tables.ts';
import {
  type Committed,
  idOf,
  idOfNamed,
  isVisible,
  transactionOf,
  type Visible,
} from './truth.ts';

/** A life that is over: caught up with all that was committed `until`. */
export interface Life {
  readonly follower: Follower;
  readonly until: Visible;
  /** It caught up when all writers had ended. */
  readonly isLast: boolean;
}

export interface Evidence {
  readonly committed: readonly Committed[];
  readonly logged: ReadonlyMap<string, readonly LoggedRow[]>;
  /** Whether the log has versions without a gap, each linked to the one before. */
  readonly isChain: boolean;
}

/** The transactions of which something was lost: it was committed after the beginning, and not delivered. */
export function lostIn({ follower, until }: Life, { committed }: Evidence): ReadonlySet<string> {
  const lost = new Set<string>();
  for (const row of committed) {
    const beginning = follower.beginnings.get(row.scope);
    if (beginning === undefined || isVisible(row, beginning.before)) continue;
    if (isVisible(row, until) && !follower.delivered.has(idOfNamed(row)))
      lost.add(transactionOf(row));
  }
  return lost;
}

/** Rows of the log that were passed over, and links that are not in it. */
export function defectsOf(
  { follower, isLast }: Life,
  { logged, isChain }: Evidence,
): readonly string[] {
  return [...follower.beginnings].flatMap(([scope, beginning]) => {
    const rows = logged.get(scope) ?? [];
    const stood = follower.stood.get(scope) ?? new Map<number, string>();
    return isChain
      ? [
          ...passedOver(follower, scope, beginning, rows),
          ...strayLinks(scope, stood, rows),
          ...(isLast ? behind(follower, scope, rows) : []),
        ]
      : strangeLinks(scope, stood, beginning, rows);
  });
}

/** By the log's own order; exact where a moment passed between a poll and the look at the side table. */
function passedOver(
  { delivered, applied }: Follower,
  scope: string,
  { version: from }: Beginning,
  rows: readonly LoggedRow[],
): readonly string[] {
  const to = applied.get(scope);
  if (from === undefined || to === undefined) return [];
  return rows
    .filter(({ version }) => version > from && version <= to)
    .filter(({ kind, name }) => !delivered.has(idOf(scope, { kind: kind as 'key', key: name })))
    .map(({ version, name }) => `version ${version} of ${scope} (${name}) was passed over`);
}

function behind(
  { applied }: Follower,
  scope: string,
  rows: readonly LoggedRow[],
): readonly string[] {
  const version = applied.get(scope);
  return version === undefined || version === rows.length
    ? []
    : [`${scope} ended at ${version}, the log at ${rows.length}`];
}

function strayLinks(
  scope: string,
  stood: ReadonlyMap<number, string>,
  rows: readonly LoggedRow[],
): readonly string[] {
  return [...stood]
    .filter(([version, appendId]) => (rows[version - 1]?.appendId ?? GENESIS) !== appendId)
    .map(([version, appendId]) => `${scope} stood at ${version} ${appendId}, not in the log`);
}

/** Where versions are the reader's own; the link that it began behind is none of the log's. */
function strangeLinks(
  scope: string,
  stood: ReadonlyMap<number, string>,
  { version: from }: Beginning,
  rows: readonly LoggedRow[],
): readonly string[] {
  const links = new Set(rows.map(({ appendId }) => appendId));
  return [...stood]
    .filter(([version, appendId]) => version > (from ?? 0) && !links.has(appendId))
    .map(([version, appendId]) => `${scope} stood at ${version} ${appendId}, not in the log`);
}
