import {
  type Clock,
  ConfigInvalidError,
  checkFields,
  LIMITS,
  type Scope,
  type ScopeFreshness,
  type ServingRight,
  scopeOf,
  type Target,
} from '@hearsay/spi';

/**
 * - `eventual`: served until the TTL
 * - `boundedMs`: no read returns what was overwritten longer before; at least 0
 * - `strict`: served only under a right that a revoker can wait out. `leaseMs`: how long that takes at
 *   most, `LIMITS.leaseMsMin` … `LIMITS.leaseMsMax`; 0 polls the log on every read instead
 */
export type Consistency =
  | 'eventual'
  | { readonly boundedMs: number }
  | { readonly strict: { readonly leaseMs: number } };

export interface CacheOptions {
  readonly scope: Scope | string;
  readonly clock: Clock;
  /** Least recently used entries are evicted above it; 1 … 2²⁴, default 10,000. */
  readonly entriesMax?: number | undefined;
  /** Age above which nothing is served; > 0. Counts from the fill's ticket and never slides (rule F2). */
  readonly ttlMs: number;
  /** How long "there is no value" is remembered; 0 … `ttlMs`, default 0: not at all. */
  readonly negativeTtlMs?: number | undefined;
  /**
   * Age above which a value that `getOrLoad` serves is also loaded again in the background; > 0 and
   * below `ttlMs`. After a failure it is tried again when as much time has passed once more; the
   * value is served until `ttlMs`. Negative entries are not refreshed. Not for strict scopes (rule F2).
   */
  readonly refreshAfterMs?: number | undefined;
  readonly consistency: Consistency;
  /** With the log out of reach and the loader failing, a bounded scope refuses (default) or serves what it has. */
  readonly onDark?: 'refuse' | 'stale' | undefined;
  /** Required by `bounded`, by `strict` (with its `right`) and by reads with a token. */
  readonly freshness?: ScopeFreshness | undefined;
  /** Invalidations that a fill may be overtaken by before its ticket is void, and keys whose value is gone that are remembered; 1 … 2²⁰, default 1,024 (rule C1). */
  readonly ticketRingMax?: number | undefined;
  /** How long a loader may take; 1 … 2³¹−1, by default without limit. */
  readonly loadTimeoutMs?: number | undefined;
  /** Brings what `invalidate` was told to the cluster. @returns a token */
  readonly announce?: ((targets: readonly Target[]) => Promise<string>) | undefined;
}

/** {@link CacheOptions}, checked and with its defaults. `Infinity` where there is no limit. */
export interface Settings {
  readonly scope: Scope;
  readonly clock: Clock;
  readonly entriesMax: number;
  readonly ttlMs: number;
  readonly negativeTtlMs: number;
  readonly refreshAfterMs: number;
  readonly boundMs: number;
  /** Set for a strict scope. */
  readonly right: ServingRight | undefined;
  readonly onDark: 'refuse' | 'stale';
  readonly freshness: ScopeFreshness | undefined;
  readonly ticketRingMax: number;
  readonly loadTimeoutMs: number;
  readonly announce: ((targets: readonly Target[]) => Promise<string>) | undefined;
}

/** The longest that a timer of the runtime can wait. */
export const TIMER_MS_MAX = 2 ** 31 - 1;

const FIELDS: Record<keyof CacheOptions, true> = {
  scope: true,
  clock: true,
  entriesMax: true,
  ttlMs: true,
  negativeTtlMs: true,
  refreshAfterMs: true,
  consistency: true,
  onDark: true,
  freshness: true,
  ticketRingMax: true,
  loadTimeoutMs: true,
  announce: true,
};

/**
 * @throws {NameInvalidError} the scope
 * @throws {ConfigInvalidError} names the field
 */
export function settingsOf(options: CacheOptions): Settings {
  checkFields(options, '', FIELDS);
  const { ttlMs, negativeTtlMs = 0, refreshAfterMs = Infinity, loadTimeoutMs = Infinity } = options;
  const { entriesMax = 10_000, ticketRingMax = 1024, onDark = 'refuse', freshness } = options;
  const scope = scopeOf(options.scope);
  const boundMs = boundMsOf(options.consistency);
  const right = rightOf(options);
  need(typeof options.clock?.monotonicMs === 'function', 'clock', 'must be a Clock');
  need(Number.isFinite(ttlMs) && ttlMs > 0, 'ttlMs', 'must be a finite number above 0');
  need(negativeTtlMs >= 0 && negativeTtlMs <= ttlMs, 'negativeTtlMs', 'must be 0 to ttlMs');
  need(
    options.refreshAfterMs === undefined || (refreshAfterMs > 0 && refreshAfterMs < ttlMs),
    'refreshAfterMs',
    'must be above 0 and below ttlMs',
  );
  need(isCount(entriesMax, 2 ** 24), 'entriesMax', 'must be an integer from 1 to 16777216');
  need(isCount(ticketRingMax, 2 ** 20), 'ticketRingMax', 'must be an integer from 1 to 1048576');
  need(
    options.loadTimeoutMs === undefined || (loadTimeoutMs >= 1 && loadTimeoutMs <= TIMER_MS_MAX),
    'loadTimeoutMs',
    `must be 1 to ${TIMER_MS_MAX}`,
  );
  need(onDark === 'refuse' || onDark === 'stale', 'onDark', "must be 'refuse' or 'stale'");
  if (boundMs === Infinity || right !== undefined)
    need(options.onDark === undefined, 'onDark', 'applies to bounded consistency only; remove it');
  else need(freshness !== undefined, 'freshness', 'is required by bounded consistency');
  return {
    scope,
    clock: options.clock,
    entriesMax,
    ttlMs,
    negativeTtlMs,
    refreshAfterMs,
    boundMs,
    right,
    onDark,
    freshness,
    ticketRingMax,
    loadTimeoutMs,
    announce: options.announce,
  };
}

/**
 * @returns how old a proof may be; `Infinity` for `eventual`, 0 for a strict scope without its right
 * @throws {ConfigInvalidError} no consistency that there is
 */
export function boundMsOf(consistency: Consistency): number {
  if (consistency === 'eventual') return Infinity;
  const isObject = typeof consistency === 'object' && consistency !== null;
  if (isObject && 'strict' in consistency && isLease(consistency.strict?.leaseMs)) return 0;
  const boundMs = isObject && 'boundedMs' in consistency ? consistency.boundedMs : Number.NaN;
  need(
    Number.isFinite(boundMs) && boundMs >= 0,
    'consistency',
    "must be 'eventual', { boundedMs } with a finite number of at least 0, or { strict: { leaseMs } } " +
      `with 0 or an integer from ${LIMITS.leaseMsMin} to ${LIMITS.leaseMsMax}`,
  );
  return boundMs;
}

function rightOf({
  consistency,
  freshness,
  refreshAfterMs,
}: CacheOptions): ServingRight | undefined {
  if (consistency === 'eventual' || !('strict' in consistency)) return undefined;
  need(
    refreshAfterMs === undefined,
    'refreshAfterMs',
    'does not apply to strict scopes; remove it',
  );
  need(freshness?.right !== undefined, 'freshness', 'must have a right for strict consistency');
  return freshness?.right;
}

function isLease(leaseMs: number | undefined): boolean {
  if (leaseMs === 0) return true;
  return (
    Number.isInteger(leaseMs) &&
    Number(leaseMs) >= LIMITS.leaseMsMin &&
    Number(leaseMs) <= LIMITS.leaseMsMax
  );
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}

function need(holds: boolean, field: string, rule: string): void {
  if (!holds) throw new ConfigInvalidError(`cache option ${field} ${rule}`);
}
