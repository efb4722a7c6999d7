/**
 * @param ascending at least one
 * @param share 0 … 1; 1: the greatest
 * @returns the least value that this share does not exceed
 */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  const place = Math.ceil(share * ascending.length) - 1;
  const value = ascending[Math.min(ascending.length - 1, Math.max(0, place))];
  if (value === undefined) throw new RangeError('a quantile of nothing');
  return value;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** @returns all values of the lists, ascending */
export function merged(lists: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all.sort();
}

/** For figures that are written down: three significant digits say all that a model knows. */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : value;
}
