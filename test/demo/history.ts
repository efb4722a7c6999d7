import type { HistoryRow } from './catalogue.ts';

export interface Revision {
  readonly revision: number;
  readonly writeId: string;
}

type CommittedRow = Omit<HistoryRow, 'id' | 'scope'> & { readonly scope: string };

/** The truth: every committed revision of every row, and when its commit was acknowledged. */
export class History {
  readonly #rows = new Map<string, Revision[]>();
  readonly #ackUs = new Map<string, number>();

  /** Revision 1, as read from disk before anything began. */
  seed(scope: string, key: string): void {
    this.#rows.set(rowId(scope, key), [{ revision: 1, writeId: 'disk' }]);
    this.#ackUs.set('disk', Number.NEGATIVE_INFINITY);
  }

  /** In the order of commits. */
  committed({ scope, key, revision, write_id: writeId }: CommittedRow): void {
    this.#rows.get(rowId(scope, key))?.push({ revision, writeId });
  }

  acknowledged(writeId: string, ackUs: number): void {
    this.#ackUs.set(writeId, ackUs);
  }

  /** @returns when the commit was acknowledged; `undefined` where nobody was told */
  ackOf(writeId: string): number | undefined {
    return this.#ackUs.get(writeId);
  }

  isCommitted(scope: string, key: string, revision: number, writeId: string): boolean {
    // Revisions count up from 1 without a gap.
    return this.#rows.get(rowId(scope, key))?.[revision - 1]?.writeId === writeId;
  }

  /** @returns every committed revision of the row, from 1 */
  revisionsOf(scope: string, key: string): readonly Revision[] {
    return this.#rows.get(rowId(scope, key)) ?? [];
  }

  latest(scope: string, key: string): number {
    return this.#rows.get(rowId(scope, key))?.length ?? 0;
  }

  /** @returns the newest revision whose commit was acknowledged at or before `us` */
  newestAcknowledged(scope: string, key: string, us: number): Revision | undefined {
    return this.#rows
      .get(rowId(scope, key))
      ?.findLast(({ writeId }) => (this.#ackUs.get(writeId) ?? Number.POSITIVE_INFINITY) <= us);
  }
}

export function rowId(scope: string, key: string): string {
  return `${scope} ${key}`;
}
