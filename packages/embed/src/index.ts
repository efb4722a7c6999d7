import './node-version.js';

export type { AdminOptions } from '@hearsay/admin';
export {
  type BatchLoadContext,
  type BatchLoader,
  type Cache,
  type CacheStats,
  type CacheView,
  LoadBehindError,
  type LoadContext,
  type Loader,
  StaleRefusedError,
  StrictRefusedError,
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
export {
  MetadataTooLargeError,
  type StrictScopeStatus,
  type UnreadyKind,
  type UnreadyReason,
} from '@hearsay/protocol';
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
  type AdapterOptions,
  CommitUncertainError,
  type DatabaseAdapter,
  DatabaseFullError,
  drizzleDatabase,
  drizzleTransaction,
  type IsolationLevel,
  knexDatabase,
  knexTransaction,
  kyselyDatabase,
  kyselyTransaction,
  LogDriverMissingError,
  LogFileForeignError,
  LogFileUnreadableError,
  LogModeDifferentError,
  LogReadOnlyError,
  LogSchemaNewerError,
  LogServerUnfitError,
  LogTablesForeignError,
  LogTablesMissingError,
  LogTablesRefusedError,
  type MysqlLogOptions,
  mysqlSchemaSql,
  mysqlTransaction,
  mysqlTriggerSql,
  openMysqlLog,
  openPostgresLog,
  openSqliteLog,
  type PostgresLogOptions,
  postgresSchemaSql,
  postgresTransaction,
  postgresTriggerSql,
  prismaDatabase,
  prismaTransaction,
  ScopeMissingError,
  type SqlDialect,
  type SqliteLogOptions,
  type SqlTransaction,
  type SqlValue,
  schemaSql,
  sqliteTransaction,
  sqliteTriggerSql,
  TransactionEndedError,
  TransactionMissingError,
  TransactionOpenError,
  TransactionRolledBackError,
  typeormDatabase,
  typeormTransaction,
  WriteCallbackAsyncError,
  WriteContendedError,
  type WriteTransaction,
} from '@hearsay/version-log';
export { NodeClosedError } from './errors.js';
export type { Via } from './freshness-driver.js';
export type { Hearsay } from './hearsay.js';
export type { PendingWrite, Write, WriteResult } from './log-writer.js';
export type { HearsayCounters, HearsayEvents, HearsayStatus } from './node-status.js';
export type { HearsayOptions, NodeCacheOptions, PollOptions } from './options.js';
export type { PruneOptions } from './pruning.js';
export {
  type PendingRevocation,
  RevocationEmptyError,
  type RevokeResult,
  type WriteAndRevoke,
  type WriteRevokeResult,
} from './revocations.js';
export { startHearsay } from './start.js';
export type { LogChoice, VersionLog } from './version-log.js';
