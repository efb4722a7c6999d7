import { z } from 'zod';
import { ADMIN_LIMITS } from '../limits.js';
import { answerOf, epoch, nodeName, version, via } from './common.js';

export const whyQuery = z.strictObject({ scope: z.string(), key: z.string() });
export type WhyQuery = z.infer<typeof whyQuery>;

export const dropShape = z.object({
  atMs: z.number().describe("milliseconds since 1970 by that node's clock"),
  kind: z
    .enum(['key', 'prefix', 'tag', 'scope', 'reset'])
    .describe(
      'tag: it took the entry if that was stored with the tag; reset: all of the scope, by no invalidation',
    ),
  key: z.string().describe('the key, prefix or tag; empty for a whole scope'),
  via: via.nullable().describe('null for a reset'),
  from: z
    .object({ node: nodeName, epoch })
    .nullable()
    .describe('who announced it; null for a reset'),
  sequence: z
    .int()
    .nullable()
    .describe('its place among those of its origin, if gossip brought it'),
  version: version.nullable().describe('its place in the log; null for a hint'),
  appendId: z.string().nullable(),
  reason: z.string().nullable().describe('of a reset'),
});
export type DropView = z.infer<typeof dropShape>;

export const whyShape = z.object({
  scope: z.string(),
  key: z.string(),
  nodes: z.array(
    z.object({
      ...answerOf,
      completeSinceMs: z
        .number()
        .nullable()
        .describe('since when that node has forgotten nothing; older drops are not known'),
      drops: z.array(dropShape).describe(`newest first, at most ${ADMIN_LIMITS.dropsShownMax}`),
    }),
  ),
});
export type WhyReply = z.infer<typeof whyShape>;
