import { z } from 'zod';
import { ADMIN_LIMITS } from '../limits.js';
import { answerOf } from './common.js';

const { sampledEntriesMax, sampledKeyBytesMax } = ADMIN_LIMITS;

/** Which entries of a scope: some at random, or those under these keys. Exactly one of the two. */
const pickOf = {
  max: z.int().min(1).max(sampledEntriesMax).optional().describe('so many of each node, at random'),
  keys: z
    .array(z.string())
    .min(1)
    .max(sampledEntriesMax)
    .optional()
    .describe(`these, at most ${sampledKeyBytesMax} bytes as JSON`),
};

function isOnePick({ max, keys }: { max?: unknown; keys?: unknown }): boolean {
  if ((max === undefined) === (keys === undefined)) return false;
  return keys === undefined || Buffer.byteLength(JSON.stringify(keys)) <= sampledKeyBytesMax;
}

const ONE_PICK = `give max, or keys of at most ${sampledKeyBytesMax} bytes`;

export const pickShape = z.strictObject(pickOf).refine(isOnePick, ONE_PICK);

export const sampleBody = z
  .strictObject({ scope: z.string(), ...pickOf })
  .refine(isOnePick, ONE_PICK);
export type SampleBody = z.infer<typeof sampleBody>;

export const entryShape = z.object({
  key: z.string(),
  digest: z
    .string()
    .nullable()
    .describe(
      'of the value; "absent" where it is known that there is none; null where none can be made',
    ),
  ageMs: z.number().describe('since the load began that brought it'),
});
export type EntryView = z.infer<typeof entryShape>;

/** What one node has cached of a scope. */
export const entriesOf = {
  caches: z.int().min(0).describe('caches that the node has of the scope'),
  cached: z.int().min(0).describe('entries in them'),
  entries: z.array(entryShape).describe('within their TTL; values never leave the node'),
};

export const sampleShape = z.object({
  scope: z.string(),
  nodes: z.array(z.object({ ...answerOf, ...entriesOf })),
});
export type SampleReply = z.infer<typeof sampleShape>;
