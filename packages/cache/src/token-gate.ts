import { type AppliedPosition, ConfigInvalidError, parseToken } from '@hearsay/spi';
import { abortable } from './abortable.js';
import { TokenNotReachedError } from './errors.js';
import { type Settings, TIMER_MS_MAX } from './settings.js';

/** Read your writes: what a read that brings a write's token does until that write is applied here. */
export interface TokenOptions {
  /** What a write returned; positions of other scopes are not looked at. */
  readonly token?: string | undefined;
  /** `wait` (default) up to `waitMs`, `bypass` the cache by a load of its own, of the primary, or `fail` at once. */
  readonly onBehind?: 'wait' | 'bypass' | 'fail' | undefined;
  /** 0 … 2³¹−1, default 2,000. */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @returns `bypass` when the cache must not answer this read
 * @throws {TokenInvalidError} not a token
 * @throws {TokenNotReachedError} the write is not applied here, or not in time
 * @throws {ConfigInvalidError} an option is out of range, or the cache has no `freshness` to ask
 */
export async function passToken(
  options: TokenOptions,
  settings: Settings,
): Promise<'proceed' | 'bypass'> {
  const { token = '', onBehind = 'wait', waitMs = 2000 } = options;
  check(onBehind, waitMs);
  for (const position of parseToken(token)) {
    if (position.scope !== settings.scope) continue;
    if (settings.freshness === undefined)
      throw new ConfigInvalidError('cache option freshness is required by reads with a token');
    if (settings.freshness.hasReached(position)) continue;
    // Who does not wait has the log asked all the same: the next read finds it.
    const reach = settings.freshness.reach(position, onBehind === 'wait' ? waitMs : 0);
    if (onBehind === 'bypass') return 'bypass';
    if (onBehind === 'fail') throw notReached(position, 'yet');
    if (!(await abortable(reach, options.signal)))
      throw notReached(position, `within ${waitMs} ms`);
  }
  return 'proceed';
}

function check(onBehind: string, waitMs: number): void {
  if (onBehind !== 'wait' && onBehind !== 'bypass' && onBehind !== 'fail')
    throw new ConfigInvalidError("read option onBehind must be 'wait', 'bypass' or 'fail'");
  if (!(waitMs >= 0 && waitMs <= TIMER_MS_MAX))
    throw new ConfigInvalidError(`read option waitMs must be 0 to ${TIMER_MS_MAX}`);
}

function notReached(position: AppliedPosition, when: string): TokenNotReachedError {
  return new TokenNotReachedError(
    `version ${position.version} of scope ${position.scope} is not applied here ${when}; ` +
      "read again, or with onBehind 'bypass'",
  );
}
