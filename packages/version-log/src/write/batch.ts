/** What one append is given, made ready: distinct, bounded, each row with its link. */
import { randomBytes } from 'node:crypto';
import {
  type Announcement,
  type AppendId,
  type AppliedPosition,
  BatchTooLargeError,
  type ChainHead,
  type Invalidation,
  LIMITS,
  type LogId,
  type Scope,
  type Target,
  type Version,
} from '@hearsay/spi';

/** What a write shall tell the others once it is committed. */
export interface Appended {
  readonly announcements: readonly Announcement[];
  /** The head that each touched scope has now. */
  readonly positions: readonly AppliedPosition[];
}

export const NOTHING_APPENDED: Appended = { announcements: [], positions: [] };

/** One row to be, without the number that the counter will give it. */
export interface NewRow {
  readonly appendId: AppendId;
  readonly target: Target;
}

/** The rows of one scope, at least one, in their order. */
export interface ScopeBatch {
  readonly scope: Scope;
  readonly rows: readonly NewRow[];
}

/** The heads that the appended rows follow, and the log that they are in. */
export interface HeadsBefore {
  readonly logId: LogId;
  readonly heads: ReadonlyMap<Scope, ChainHead>;
}

/**
 * Distinct invalidations by scope, scopes in sorted order: whoever locks counters in it cannot
 * deadlock with another who does (rule L6).
 *
 * @throws {BatchTooLargeError} more than `batchEventsMax` invalidations or `scopesPerWriteMax` scopes
 */
export function batchesOf(invalidations: readonly Invalidation[]): readonly ScopeBatch[] {
  if (invalidations.length > LIMITS.batchEventsMax)
    throw new BatchTooLargeError(
      `${invalidations.length} invalidations in one append; the limit is ${LIMITS.batchEventsMax}: name a prefix, tag or scope`,
    );
  const distinct = new Map(invalidations.map((one) => [invalidationId(one), one]));
  const byScope = Map.groupBy(distinct.values(), ({ scope }) => scope);
  if (byScope.size > LIMITS.scopesPerWriteMax)
    throw new BatchTooLargeError(
      `${byScope.size} scopes in one append; the limit is ${LIMITS.scopesPerWriteMax}: split the write`,
    );
  const ids = randomAppendIds(distinct.size);
  return [...byScope.keys()].sort().map((scope) => {
    const targets = byScope.get(scope) ?? [];
    return { scope, rows: targets.map(({ target }) => ({ appendId: ids.next(), target })) };
  });
}

/** What is to be told once the rows are committed behind these heads. */
export function appendedOf(
  batches: readonly ScopeBatch[],
  { logId, heads }: HeadsBefore,
): Appended {
  const announcements: Announcement[] = [];
  const positions: AppliedPosition[] = [];
  for (const { scope, rows } of batches) {
    let end = heads.get(scope);
    if (end === undefined) continue;
    for (const { appendId, target } of rows) {
      const version = (end.version + 1) as Version;
      const place = { logId, version, appendId, prevId: end.appendId };
      announcements.push({ scope, target, place });
      end = { version, appendId };
    }
    positions.push({ scope, logId, ...end });
  }
  return { announcements, positions };
}

/** A map key that equal invalidations share; scopes and kinds hold no blank. */
export function invalidationId({ scope, target }: Invalidation): string {
  return `${scope} ${target.kind} ${target.key}`;
}

function randomAppendIds(count: number): { next(): AppendId } {
  const hex = randomBytes(8 * count).toString('hex');
  let at = 0;
  return { next: () => hex.slice(16 * at, 16 * ++at) as AppendId };
}
