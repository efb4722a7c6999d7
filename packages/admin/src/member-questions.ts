import { z } from 'zod';
import { ADMIN_LIMITS } from './limits.js';
import { lagOf } from './shapes/lag.js';
import { reachShape } from './shapes/members.js';
import { entriesOf, pickShape } from './shapes/sample.js';
import { dropShape } from './shapes/why.js';

/** Under which members ask each other what the admin API shows of all nodes. */
export const TOPIC = 'hearsay.admin';

const waitMs = z.int().min(0).max(ADMIN_LIMITS.waitMsMax);

/** What one member asks another. A kind that the other does not know is answered by an error. */
export const questionShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ping') }),
  z.object({ kind: z.literal('scopes') }),
  z.object({ kind: z.literal('reaches') }),
  z.object({ kind: z.literal('drops'), scope: z.string(), key: z.string() }),
  z.object({ kind: z.literal('entries'), scope: z.string(), pick: pickShape }),
  /** Waits, and reads the log if gossip does not bring it. */
  z.object({ kind: z.literal('reached'), token: z.string(), waitMs }),
  /** Only watches, so that asking makes nothing faster. */
  z.object({
    kind: z.literal('applied'),
    logId: z.string(),
    scope: z.string(),
    version: z.int().min(1),
    waitMs,
  }),
]);
export type Question = z.infer<typeof questionShape>;

export const ANSWER_SHAPES = {
  ping: z.object({}),
  scopes: z.object(lagOf),
  reaches: z.object({ reaches: z.array(reachShape) }),
  drops: z.object({ completeSinceMs: z.number().nullable(), drops: z.array(dropShape) }),
  entries: z.object(entriesOf),
  reached: z.object({ applied: z.enum(['yes', 'not-in-time', 'not-followed']) }),
  applied: z.object({ applied: z.enum(['yes', 'not-in-time', 'not-followed']) }),
} as const;

export type AnswerTo<Kind extends Question['kind']> = z.infer<(typeof ANSWER_SHAPES)[Kind]>;
export type QuestionOf<Kind extends Question['kind']> = Extract<Question, { kind: Kind }>;
