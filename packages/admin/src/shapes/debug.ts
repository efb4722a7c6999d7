import { z } from 'zod';
import { faultsShape } from './faults.js';
import { histogramsShape } from './histograms.js';
import { lagShape } from './lag.js';
import { membersShape, reachabilityShape } from './members.js';
import { statusShape } from './status.js';

export const debugShape = z
  .object({
    atMs: z.number().describe('milliseconds since 1970'),
    status: statusShape,
    members: membersShape,
    lag: lagShape,
    reachability: reachabilityShape,
    faults: faultsShape,
    histograms: histogramsShape,
    keyFingerprints: z.array(z.string()),
    metrics: z.string(),
  })
  .describe('for a bug report: neither keys of the cluster nor of entries, nor tokens');
export type DebugReply = z.infer<typeof debugShape>;
