export { Cache } from './cache.js';
export * from './errors.js';
export type { CacheEventName, CacheEvents, CacheListener, DropReason } from './events.js';
export type { Ticket } from './fence.js';
export type { BatchLoadContext, LoadContext } from './load-context.js';
export { boundMsOf, type CacheOptions, type Consistency } from './settings.js';
export type { CacheStats } from './stats.js';
export type { TokenOptions } from './token-gate.js';
export type {
  BatchLoader,
  CacheView,
  FillOptions,
  HeldEntry,
  Loader,
  ReadOptions,
} from './view.js';
