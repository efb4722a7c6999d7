import { z } from 'zod';

export const faultShape = z.object({
  atMs: z.number().describe('milliseconds since 1970'),
  kind: z.enum([
    ...(['member', 'coherence', 'reset', 'gap', 'log', 'readiness', 'admission'] as const),
    'subscriber',
  ]),
  text: z.string().describe('one line for people'),
});
export type FaultView = z.infer<typeof faultShape>;

export const faultsShape = z.object({
  faults: z.array(faultShape).describe('of the last hour, newest first'),
});
export type FaultsReply = z.infer<typeof faultsShape>;
