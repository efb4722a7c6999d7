export * from './errors.js';
export { ADMIN_LIMITS } from './limits.js';
export { MemberAnswers } from './member-answers.js';
export { type AdminConfig, type AdminOptions, checkAdminOptions } from './options.js';
export type {
  AdminNode,
  Drop,
  DropPlace,
  DropRecord,
  EntryPick,
  EntrySample,
  LogCheck,
  NodeEvent,
  NodeKeyring,
  NodeState,
  Readiness,
  ScopeLease,
  ScopeReset,
  UnreadyReason,
  Via,
} from './port.js';
export * from './shapes/index.js';
export { type TraceApi, type TracingOptions, traceDrops } from './tracing.js';
export { ABSENT, valueDigest } from './value-digest.js';
