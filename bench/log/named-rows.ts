import type { Row } from '../row.ts';

/** The same rows under the name of their database. */
export function named(database: string, rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ ...row, name: `${database}: ${row.name}` }));
}
