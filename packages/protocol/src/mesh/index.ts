export type { MeshCounters } from './counters.js';
export type { MeshEffect } from './effect.js';
export type { MeshInput } from './input.js';
export { type Link, silentForMs } from './link.js';
export { MeshMachine } from './mesh-machine.js';
export * from './message.js';
export { MESH_DEFAULTS, type MeshOptions } from './options.js';
export { Origins } from './origins.js';
export type { SketchCell } from './sketch.js';
