export * from './mesh/message.js';
