const UNITS = ['B', 'KB', 'MB', 'GB'] as const;

/** @returns two or three digits and the unit that suits: `79 ms`, `1.4 s` */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return 'never';
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${trimmed(ms / 1_000)} s`;
}

/** @returns with decimal prefixes: `310 B`, `2.1 KB` */
export function amount(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${trimmed(value)} ${UNITS[unit]}`;
}

/** @returns two digits below 10, no more than that of what is above */
export function trimmed(value: number): string {
  if (value === 0) return '0';
  return value < 10 ? String(Number(value.toPrecision(2))) : count(Math.round(value));
}

/** @returns with commas: `499,500` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function percent(share: number): string {
  return share === 0 ? '0' : `${Number((100 * share).toPrecision(2))} %`;
}

/** @returns a table in Markdown */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')).replaceAll(' ', ''), ...rows.map(line)].join(
    '\n',
  );
}
