import { HearsayError } from './errors.js';
import { LIMITS } from './limits.js';
import { scopeOf } from './names.js';
import type { AppliedPosition } from './version-source.js';
import type { AppendId, LogId, Version } from './words.js';

/** Thrown when a text is not an applied-through token. */
export class TokenInvalidError extends HearsayError {
  readonly code = 'HEARSAY_TOKEN_INVALID';
}

const PART = /^([a-z0-9][a-z0-9._-]{0,63}):([1-9][0-9]{0,15}):([0-9a-f]{16}):([0-9a-f]{32})$/;
const CHARS_MAX = 10_000;

/**
 * @param positions at most `LIMITS.scopesPerWriteMax`; {@link parseToken} refuses a token of more
 * @returns text of `a-z 0-9 . _ - : ,` that fits an HTTP header; `''` for a write without invalidations
 */
export function formatToken(positions: readonly AppliedPosition[]): string {
  return positions.map((p) => `${p.scope}:${p.version}:${p.appendId}:${p.logId}`).join(',');
}

/** @throws {TokenInvalidError} not what {@link formatToken} writes, or more than `LIMITS.scopesPerWriteMax` scopes */
export function parseToken(token: string): readonly AppliedPosition[] {
  if (token === '') return [];
  const parts = typeof token === 'string' && token.length < CHARS_MAX ? token.split(',') : [];
  if (parts.length === 0 || parts.length > LIMITS.scopesPerWriteMax) throw invalid();
  return parts.map((part) => {
    const match = PART.exec(part);
    const version = Number(match?.[2]);
    if (!match || !Number.isSafeInteger(version)) throw invalid();
    return {
      scope: scopeOf(match[1] as string),
      version: version as Version,
      appendId: match[3] as AppendId,
      logId: match[4] as LogId,
    };
  });
}

function invalid(): TokenInvalidError {
  return new TokenInvalidError(
    'the applied-through token is malformed: pass it on as a write returned it',
  );
}
