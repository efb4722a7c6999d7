export * from './in-memory-version-log.js';
export * from './version-source-suite.js';
