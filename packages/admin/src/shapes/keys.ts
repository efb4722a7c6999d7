import { z } from 'zod';

export const keyBody = z.strictObject({ key: z.string().describe('64 hex digits') });
export type KeyBody = z.infer<typeof keyBody>;

export const keysShape = z.object({
  keys: z
    .array(
      z.object({
        fingerprint: z.string().describe('the first 8 hex digits of SHA-256'),
        primary: z.boolean(),
      }),
    )
    .describe('the primary one first; empty for a mesh without a key'),
});
export type KeysReply = z.infer<typeof keysShape>;
