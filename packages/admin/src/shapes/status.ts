import { z } from 'zod';
import { coherence, durationMs, epoch, logId, logReachable, nodeName, version } from './common.js';

export const scopeShape = z.object({
  scope: z.string(),
  appliedThrough: version
    .nullable()
    .describe('all versions up to this one are applied; null before the first poll'),
  logVersion: version.nullable().describe('the newest version that a poll has shown'),
  behind: version.nullable().describe('logVersion − appliedThrough, at least 0'),
  freshForMs: durationMs.describe('age of the newest proof; null when unproven'),
  resets: z.int().min(0),
  lease: z
    .object({
      leaseMs: z.number(),
      rightForMs: z.number().describe('how long the right to serve still lasts; at least 0'),
    })
    .nullable()
    .describe('null unless the scope is strict'),
});
export type ScopeView = z.infer<typeof scopeShape>;

export const linkShape = z.object({
  node: nodeName,
  epoch,
  addresses: z.array(z.string()),
  silentForMs: durationMs.describe('since the last acknowledged round trip; null before the first'),
  roundTripMs: durationMs,
  sendQueueBytes: z.int().min(0),
  protocolVersion: z
    .int()
    .nullable()
    .describe('what both sides speak on the link; null where nothing is negotiated'),
});
export type LinkView = z.infer<typeof linkShape>;

export const processShape = z.object({
  pid: z.int(),
  nodeVersion: z.string(),
  platform: z.string(),
  upForMs: z.number(),
  residentBytes: z.int(),
  cpuSeconds: z.number().describe('user and system time spent'),
  eventLoopDelayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
});
export type ProcessView = z.infer<typeof processShape>;

const counters = z.record(z.string(), z.number()).describe('each only grows in one epoch');

export const reasonShape = z.object({
  scope: z.string(),
  kind: z.string().describe('what is the matter, in one word'),
  message: z.string().describe('one line for people'),
});
export type ReasonView = z.infer<typeof reasonShape>;

export const statusShape = z.object({
  node: nodeName,
  epoch,
  ready: z.boolean(),
  reasons: z.array(reasonShape).describe('why it is not ready'),
  coherence,
  logReachable,
  logFailure: z
    .string()
    .nullable()
    .describe('why the newest poll failed, one line; null where it did not, and in bug reports'),
  logId,
  transport: z.string().nullable(),
  addresses: z.array(z.string()).describe('what others are told to dial'),
  listening: z.array(z.string()),
  memberCount: z.int().min(0).describe('alive and suspect, this node included'),
  links: z.array(linkShape),
  scopes: z.array(scopeShape),
  counters,
  transportCounters: counters,
  subscribers: z.int().min(0),
  process: processShape,
});
export type StatusReply = z.infer<typeof statusShape>;

export const scopesShape = z.object({ scopes: z.array(scopeShape) });
export type ScopesReply = z.infer<typeof scopesShape>;

export const liveShape = z.object({ live: z.literal(true) });
export type LiveReply = z.infer<typeof liveShape>;

export const readyShape = z.object({
  ready: z.boolean(),
  reasons: z
    .array(reasonShape)
    .optional()
    .describe('only for who brings the token, where one is needed'),
});
export type ReadyReply = z.infer<typeof readyShape>;
