/** One measured figure, as the JSON line has it. */
export interface Row {
  readonly name: string;
  /** `null` where there was nothing to measure, which is never ok under a limit. */
  readonly value: number | null;
  readonly unit: string;
  /** `null` for a figure that stands there only to compare with. */
  readonly limit: number | null;
  readonly ok: boolean;
}

export function atMost(name: string, value: number | null, unit: string, limit: number): Row {
  return { name, value: rounded(value), unit, limit, ok: value !== null && value <= limit };
}

export function atLeast(name: string, value: number | null, unit: string, limit: number): Row {
  return { name, value: rounded(value), unit, limit, ok: value !== null && value >= limit };
}

export function context(name: string, value: number | null, unit: string): Row {
  return { name, value: rounded(value), unit, limit: null, ok: true };
}

/** Four significant digits below 1,000 and no fraction above: more would only be noise. */
function rounded(value: number | null): number | null {
  if (value === null) return null;
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
