export * from './freshness/index.js';
export * from './mesh/index.js';
