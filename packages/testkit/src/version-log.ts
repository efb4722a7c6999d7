export * from './in-memory-leases.js';
export * from './in-memory-version-log.js';
export * from './lease-store-suite.js';
export type {
  LogUnderTest,
  SqlSession,
  VersionLogSubject,
} from './version-log-subject.js';
export * from './version-log-suite.js';
export * from './version-source-suite.js';
