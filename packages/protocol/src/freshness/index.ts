export type { FreshnessEffect, ResetReason } from './effect.js';
export { ScopesTooManyError } from './errors.js';
export { FreshnessMachine } from './freshness-machine.js';
export type { FreshnessInput } from './input.js';
export { FRESHNESS_DEFAULTS, type FreshnessOptions } from './options.js';
