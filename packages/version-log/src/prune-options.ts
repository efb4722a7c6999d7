import { ConfigInvalidError, type Scope, scopeOf } from '@hearsay/spi';
import { integerWithin } from './options.js';

/** What a prune leaves of one scope; at least one of the two limits. */
export interface PruneOptions {
  readonly scope: string;
  /** How many of the newest rows stay, 0 … 2⁵³−1. */
  readonly keepRows?: number;
  /** Rows that are older go, and all before them, 0 … 2⁵³−1; by the clocks of those who wrote them. */
  readonly maxAgeMs?: number;
}

export interface ValidPrune {
  readonly scope: Scope;
  readonly keepRows: number | undefined;
  readonly maxAgeMs: number | undefined;
}

/** @throws {NameInvalidError} {@link ConfigInvalidError} names the option */
export function validPrune({ scope, keepRows, maxAgeMs }: PruneOptions): ValidPrune {
  if (keepRows === undefined && maxAgeMs === undefined)
    throw new ConfigInvalidError('prune needs keepRows or maxAgeMs: say what is to stay');
  const within = (name: string, value: number | undefined) =>
    value === undefined ? undefined : integerWithin(name, value, 0, Number.MAX_SAFE_INTEGER);
  return {
    scope: scopeOf(scope),
    keepRows: within('keepRows', keepRows),
    maxAgeMs: within('maxAgeMs', maxAgeMs),
  };
}
