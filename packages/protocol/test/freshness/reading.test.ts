import type { AppendId, LogRow, Version } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { followRows } from '../../src/freshness/reading.js';

const head = (version: number, branch = 'g') => ({
  version: version as Version,
  appendId: `${branch}${version}` as AppendId,
});

const row = (version: number, branch = 'g', prevBranch = branch): LogRow => ({
  ...head(version, branch),
  prevId: `${prevBranch}${version - 1}` as AppendId,
  target: { kind: 'scope', key: '' },
  origin: '',
});

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => row(from + index));

describe('following rows from version 3', () => {
  const table: readonly [
    what: string,
    at: ReturnType<typeof head>,
    floor: number,
    rows: readonly LogRow[],
    outcome: number | string,
  ][] = [
    ['no change', head(3), 0, [], 3],
    ['rows to the head', head(5), 0, range(4, 5), 5],
    ['rows short of the head, which a later answer continues', head(9), 0, range(4, 7), 7],
    ['a single row short of the head', head(9), 0, range(4, 4), 4],
    ['rows that a raised floor has not deleted yet', head(5), 5, range(4, 5), 5],
    ['an older head (L1)', head(2), 0, [], 'chain-broken'],
    ['the same number under another id (L1)', head(3, 'x'), 0, [], 'chain-broken'],
    ['a first row that names another (L1)', head(4, 'x'), 0, [row(4, 'x')], 'chain-broken'],
    [
      'a later row that names another (L1)',
      head(6, 'x'),
      0,
      [row(4), row(5), row(6, 'x')],
      'chain-broken',
    ],
    ['a last row that is not the head (L1)', head(5, 'x'), 0, range(4, 5), 'chain-broken'],
    ['rows beyond the head', head(4), 0, range(4, 5), 'chain-broken'],
    ['a hole at the start, pruned (L4)', head(10), 7, range(8, 10), 'below-floor'],
    ['a hole at the start, above the floor (L4)', head(10), 3, range(8, 10), 'rows-lost'],
    ['a hole in the middle (L4)', head(7), 0, [row(4), row(6), row(7)], 'rows-lost'],
    ['no row at all, above the floor (L4)', head(7), 3, [], 'rows-lost'],
    ['no row at all (L4)', head(7), 7, [], 'below-floor'],
    ['rows that start too early', head(4), 0, range(3, 4), 'rows-lost'],
  ];
  it.each(table)('%s', (_, at, floor, rows, outcome) => {
    const reading = { scope: 'table' as never, head: at, floor: floor as Version, rows };
    const followed = followRows(head(3), reading);
    expect(followed.broken ?? followed.end.version).toBe(outcome);
  });
});
