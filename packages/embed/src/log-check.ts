import type { LogCheck } from '@hearsay/admin';
import type { Scope } from '@hearsay/spi';
import { lineOf } from './line-of.js';
import type { VersionLog } from './version-log.js';

/** A prune that leaves all there is needs the rights of one that does not, and as few locks. */
export async function checkLog(
  log: VersionLog | undefined,
  scope: Scope | undefined,
): Promise<LogCheck> {
  if (log?.prune === undefined || scope === undefined)
    return { writable: undefined, failure: undefined };
  try {
    await log.prune({ scope, keepRows: Number.MAX_SAFE_INTEGER });
    return { writable: true, failure: undefined };
  } catch (error) {
    return { writable: false, failure: lineOf(error) };
  }
}
