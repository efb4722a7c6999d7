import { z } from 'zod';
import { answerOf, durationMs, epoch, nodeName } from './common.js';

export const memberShape = z.object({
  node: nodeName,
  epoch,
  self: z.boolean(),
  state: z.enum(['alive', 'suspect', 'dead', 'left']),
  reason: z.string(),
  forMs: z.number().describe('how long it has been in this state'),
  incarnation: z.int().min(0),
  addresses: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  link: z
    .object({ silentForMs: durationMs, roundTripMs: durationMs, sendQueueBytes: z.int().min(0) })
    .nullable()
    .describe('null where this node has no link to it'),
});
export type MemberView = z.infer<typeof memberShape>;

export const membersShape = z.object({
  viewHash: z
    .string()
    .nullable()
    .describe('equal on two nodes exactly if the same members are alive or suspect there'),
  members: z.array(memberShape),
});
export type MembersReply = z.infer<typeof membersShape>;

export const reachShape = z.object({
  node: nodeName,
  epoch,
  reachable: z.boolean().describe('a round trip was acknowledged within the last 3 s'),
  silentForMs: durationMs,
  roundTripMs: durationMs,
});
export type ReachView = z.infer<typeof reachShape>;

export const reachabilityShape = z.object({
  nodes: z
    .array(z.object({ ...answerOf, reaches: z.array(reachShape) }))
    .describe('one row for each node that was asked'),
});
export type ReachabilityReply = z.infer<typeof reachabilityShape>;

export const pingQuery = z.strictObject({ node: z.string() });
export type PingQuery = z.infer<typeof pingQuery>;

export const pingShape = z.object({ node: nodeName, epoch, roundTripMs: z.number() });
export type PingReply = z.infer<typeof pingShape>;
