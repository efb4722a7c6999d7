import { z } from 'zod';

/** Milliseconds that may be unknown. */
export const durationMs = z.number().nullable();

export const nodeName = z.string().describe('stable name of a node');
export const epoch = z.string().describe('one life of the node: 16 hex digits');

export const version = z.int().min(0);

export const logId = z
  .string()
  .nullable()
  .describe('the log that the node follows; null without one, and before the first poll');

export const logReachable = z
  .boolean()
  .nullable()
  .describe('whether the newest poll was answered; null without a log');

export const via = z
  .enum(['gossip', 'log', 'local'])
  .describe('how it got there: from another node, from the version log, or announced there');

export const coherence = z.enum(['coherent', 'catching-up', 'isolated', 'alone', 'dark']);

/** A node's part in an answer that several nodes were asked for. */
export const answerOf = {
  node: nodeName,
  epoch,
  self: z.boolean().describe('whether it is the node that was called'),
  outcome: z
    .enum(['answered', 'unreachable', 'not-askable'])
    .describe('not-askable: the transport cannot ask members'),
  detail: z.string().nullable().describe('why there is no answer'),
};

export const errorShape = z.object({
  error: z.object({
    code: z.string().describe('stable: see docs/ERRORS.md'),
    message: z.string().describe('one line for people'),
  }),
});
export type ErrorReply = z.infer<typeof errorShape>;
