export { type CounterReading, SHARING_LIMITS } from './counter-reading.js';
export type { FreshnessEffect, ResetReason } from './effect.js';
export { ScopesTooManyError } from './errors.js';
export { FreshnessMachine } from './freshness-machine.js';
export type { FreshnessInput } from './input.js';
export {
  type LeaseEffect,
  type LeaseInput,
  LeaseMachine,
  type LeaseState,
  type LogLife,
  type StrictScopeStatus,
} from './lease-machine.js';
export {
  Revocation,
  type RevocationEffect,
  type RevocationInput,
  type RevocationOptions,
  type RevocationOutcome,
  type RevocationState,
} from './lease-revocation.js';
export { LeaseRight } from './lease-right.js';
export { LEASE_TERMS, type LeaseTerms } from './lease-terms.js';
export { type LeaseVerdict, LeaseWatch } from './lease-watch.js';
export { FRESHNESS_DEFAULTS, type FreshnessOptions } from './options.js';
export {
  Readiness,
  type ReadinessFacts,
  type UnreadyKind,
  type UnreadyReason,
} from './readiness.js';
