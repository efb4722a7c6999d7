import { covers, type Target } from '@hearsay/spi';

interface Row {
  readonly target: Target;
  /** Its transaction began then; it cannot be the cause of anything before. */
  beganUs: number;
}

/** What the version log holds: every committed invalidation, scope by scope, by version. Pure. */
export class Invalidations {
  readonly #scopes = new Map<string, Row[]>();

  /** @param version 1 more than the scope's newest */
  committed(scope: string, version: number, target: Target): void {
    const rows = this.#rows(scope);
    if (version !== rows.length + 1)
      throw new Error(`the log of ${scope} goes from ${rows.length} to ${version}`);
    rows.push({ target, beganUs: Number.NEGATIVE_INFINITY });
  }

  began(scope: string, version: number, beganUs: number): void {
    const row = this.#rows(scope)[version - 1];
    if (row) row.beganUs = beganUs;
  }

  newest(scope: string): number {
    return this.#rows(scope).length;
  }

  /** @returns whether an invalidation after `version`, begun by `us`, covers the entry */
  isCovered(
    scope: string,
    key: string,
    tags: readonly string[],
    version: number,
    us: number,
  ): boolean {
    const rows = this.#rows(scope);
    for (let index = version; index < rows.length; index++) {
      const { target, beganUs } = rows[index] as Row;
      if (beganUs <= us && covers(target, key, tags)) return true;
    }
    return false;
  }

  #rows(scope: string): Row[] {
    const rows = this.#scopes.get(scope) ?? [];
    this.#scopes.set(scope, rows);
    return rows;
  }
}
