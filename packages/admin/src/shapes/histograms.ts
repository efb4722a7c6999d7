import { z } from 'zod';

export const histogramShape = z.object({
  buckets: z.array(
    z.object({
      le: z
        .number()
        .nullable()
        .describe('upper bound in seconds; null for the last, unbounded one'),
      count: z.int().min(0).describe('cumulative'),
    }),
  ),
  count: z.int().min(0),
  sum: z.number().describe('seconds'),
});
export type HistogramView = z.infer<typeof histogramShape>;

export const histogramsShape = z.object({
  convergence: histogramShape.describe(
    "from a commit here until another member has answered that it is applied there; a sample of this node's writes",
  ),
  staleness: histogramShape.describe('age of the proof of each scope here, sampled once a second'),
});
export type HistogramsReply = z.infer<typeof histogramsShape>;
