import { z } from 'zod';
import { ADMIN_LIMITS } from '../limits.js';
import { answerOf } from './common.js';

const { targetsMax, waitMsMax } = ADMIN_LIMITS;

export const targetShape = z.union(
  [
    z.strictObject({ key: z.string() }),
    z.strictObject({ prefix: z.string() }),
    z.strictObject({ tag: z.string() }),
    z.strictObject({ all: z.literal(true) }),
  ],
  { error: 'give one of {"key"}, {"prefix"}, {"tag"} or {"all": true}' },
);

export const invalidateBody = z.strictObject({
  scope: z.string(),
  targets: z.array(targetShape).min(1).max(targetsMax),
  waitMs: z
    .int()
    .min(1)
    .max(waitMsMax)
    .optional()
    .describe('wait so long until all members have applied it; needs a log'),
});
export type InvalidateBody = z.infer<typeof invalidateBody>;

export const invalidateShape = z.object({
  token: z.string().describe('a read that brings it sees the change; empty without a log'),
  applied: z
    .object({
      everywhere: z.boolean().describe('all members have applied it, or do not follow the scope'),
      nodes: z.array(
        z.object({
          ...answerOf,
          applied: z
            .enum(['yes', 'not-in-time', 'not-followed'])
            .nullable()
            .describe('null where it could not be asked'),
        }),
      ),
    })
    .nullable()
    .describe('null unless it was waited for'),
});
export type InvalidateReply = z.infer<typeof invalidateShape>;

export const reachedQuery = z.strictObject({
  token: z.string().describe('as a write or an invalidation returned it'),
  waitMs: z.coerce.number().int().min(0).max(waitMsMax).default(0),
});
export type ReachedQuery = z.infer<typeof reachedQuery>;

export const reachedShape = z.object({
  reached: z.boolean().describe('whether the write of the token is applied on this node'),
});
export type ReachedReply = z.infer<typeof reachedShape>;
