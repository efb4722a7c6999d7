export * from './freshness/index.js';
export * from './membership/index.js';
export * from './mesh/index.js';
export * from './node/index.js';
