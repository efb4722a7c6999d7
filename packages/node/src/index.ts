export { checkConfigFile } from './check-config-file.js';
export { type NodeConfig, nodeConfigSchema } from './config.js';
export { runNode } from './run-node.js';
export { startNode } from './standalone-node.js';
