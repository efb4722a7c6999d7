import { z } from 'zod';

export const logCheckBody = z.strictObject({});

export const logCheckShape = z.object({
  writable: z
    .boolean()
    .nullable()
    .describe('whether updates and deletions pass; null where that cannot be tried'),
  failure: z.string().nullable().describe('why not, one line'),
});
export type LogCheckReply = z.infer<typeof logCheckShape>;
