export type { NodeEffect } from './effect.js';
export type { NodeInput } from './input.js';
export type { Heartbeat, NodeMessage } from './message.js';
export { NodeMachine, type NodeOptions } from './node-machine.js';
