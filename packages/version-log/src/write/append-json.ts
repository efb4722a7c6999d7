import type { AppendId, ChainHead, LogId, Scope, Version } from '@hearsay/spi';
import type { HeadsBefore, ScopeBatch } from './batch.js';

/** What counters move by: scope `s`, number of rows `n`, the newest link `i`. */
export function bumpsJson(batches: readonly ScopeBatch[]): string {
  return asciiJson(
    batches.map(({ scope, rows }) => ({ s: scope, n: rows.length, i: rows.at(-1)?.appendId })),
  );
}

/**
 * The rows: scope `s`, place `n` behind the head from 1 on, link `i`, predecessor `p` but for the
 * first, kind `t` and key `k` of the target.
 */
export function rowsJson(batches: readonly ScopeBatch[]): string {
  return asciiJson(
    batches.flatMap(({ scope, rows }) =>
      rows.map(({ appendId, target }, index) => ({
        s: scope,
        n: index + 1,
        i: appendId,
        p: rows[index - 1]?.appendId,
        t: target.kind,
        k: target.key,
      })),
    ),
  );
}

/** JSON that every connection carries unchanged, whatever its character set. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The heads that rows follow, from the rows as they were inserted: `scope`, `version`, `prev`, `log`. */
export function headsOfInserted(
  inserted: readonly Readonly<Record<string, unknown>>[],
): HeadsBefore {
  const heads = new Map<Scope, ChainHead>();
  for (const row of inserted) {
    const scope = row['scope'] as Scope;
    const version = (Number(row['version']) - 1) as Version;
    if (version < (heads.get(scope)?.version ?? Number.POSITIVE_INFINITY))
      heads.set(scope, { version, appendId: row['prev'] as AppendId });
  }
  return { logId: inserted[0]?.['log'] as LogId, heads };
}
