import './node-version.js';

export {
  type BatchLoader,
  type Cache,
  type CacheStats,
  type CacheView,
  type Loader,
  StaleRefusedError,
  TokenNotReachedError,
} from '@hearsay/cache';
export {
  AdmissionRefusedError,
  ClusterKeyInvalidError,
  ClusterKeyRequiredError,
  type ClusterKeyring,
  KeyringChangeRefusedError,
  ListenFailedError,
  type Medium,
  type MeshTransport,
  type MeshTransportOptions,
  meshTransport,
} from '@hearsay/mesh';
export { MetadataTooLargeError } from '@hearsay/protocol';
export {
  BatchTooLargeError,
  type CacheInvalidationTransport,
  type Clock,
  ConfigInvalidError,
  type DiscoveryProvider,
  HearsayError,
  type Logger,
  LogUnavailableError,
  type MemberInspection,
  type MemberMetadata,
  type MembershipChange,
  NameInvalidError,
  type NodeCoherence,
  type ScopeStatus,
  type TargetInput,
  TokenInvalidError,
} from '@hearsay/spi';
export {
  CommitUncertainError,
  LogFileForeignError,
  LogFileUnreadableError,
  LogSchemaNewerError,
  LogTablesMissingError,
  openSqliteLog,
  type SqliteLogOptions,
  schemaSql,
  TransactionEndedError,
  TransactionOpenError,
  WriteCallbackAsyncError,
  WriteContendedError,
  type WriteTransaction,
} from '@hearsay/version-log';
export type { Via } from './freshness-driver.js';
export {
  type Hearsay,
  type HearsayCounters,
  type HearsayEvents,
  type HearsayStatus,
  NodeClosedError,
} from './hearsay.js';
export type { HearsayOptions, NodeCacheOptions, PollOptions } from './options.js';
export { startHearsay } from './start.js';
export type { VersionLog } from './version-log.js';
