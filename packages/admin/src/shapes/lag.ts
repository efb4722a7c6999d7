import { z } from 'zod';
import { answerOf, logId, version } from './common.js';
import { scopeShape } from './status.js';

export const lagShape = z.object({
  scopes: z
    .array(
      z.object({
        scope: z.string(),
        logVersion: version.nullable().describe('the newest that any node that answered has seen'),
      }),
    )
    .describe('the log of the node that was called'),
  nodes: z.array(
    z.object({
      ...answerOf,
      logId,
      scopes: z
        .array(scopeShape)
        .describe(
          'behind: against the newest version above; null on another log, for versions of different logs never compare',
        ),
    }),
  ),
});
export type LagReply = z.infer<typeof lagShape>;
