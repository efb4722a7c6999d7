/**
 * The smallest sample that at least `share` of all samples do not exceed (nearest rank).
 * @param share 0 … 1
 * @returns `null` without samples
 */
export function percentile(samples: readonly number[], share: number): number | null {
  const sorted = Float64Array.from(samples).sort();
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? null;
}

/** @returns the lower of the two in the middle when their number is even; `null` without samples */
export function median(samples: readonly number[]): number | null {
  return percentile(samples, 0.5);
}

export function worst(samples: readonly number[]): number | null {
  return percentile(samples, 1);
}
