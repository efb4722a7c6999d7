export { type NodeConfig, nodeConfigSchema } from './config.js';
export { runNode } from './run-node.js';
export { startNode } from './standalone-node.js';
