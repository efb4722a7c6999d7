import type { Row } from './row.ts';

/** The rows as people read them: name, value, unit, limit and verdict in columns. */
export function renderRows(part: string, rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    row.value === null ? 'none' : row.value.toLocaleString('en-US'),
    row.unit,
    row.limit === null ? '' : `limit ${row.limit.toLocaleString('en-US')}`,
    row.limit === null ? '' : row.ok ? 'ok' : 'MISSED',
  ]);
  const widths = [0, 1, 2, 3].map((at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const lines = cells.map(([name = '', value = '', unit = '', limit = '', verdict = '']) =>
    [
      name.padEnd(widths[0] ?? 0),
      value.padStart(widths[1] ?? 0),
      unit.padEnd(widths[2] ?? 0),
      limit.padEnd(widths[3] ?? 0),
      verdict,
    ]
      .join('  ')
      .trimEnd(),
  );
  return [part, ...lines.map((line) => `  ${line}`)].join('\n');
}
