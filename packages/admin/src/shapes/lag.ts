import { z } from 'zod';
import { answerOf, coherence, logId, logReachable, version } from './common.js';
import { scopeShape } from './status.js';

/** What a node says of itself when it is asked how far it is. */
export const lagOf = {
  coherence,
  ready: z.boolean(),
  logReachable,
  logId,
  scopes: z.array(scopeShape),
};

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
      coherence: coherence.nullable().describe('null where there is no answer'),
      ready: z.boolean().nullable().describe('null where there is no answer'),
      logReachable,
      logId,
      scopes: lagOf.scopes.describe(
        'behind: against the newest version above; null on another log, for versions of different logs never compare',
      ),
    }),
  ),
});
export type LagReply = z.infer<typeof lagShape>;
