import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Progress } from './demonstration.ts';
import { renderLine, renderTable } from './table.ts';

const PROGRESS: Progress = {
  phase: 'running',
  elapsedMs: 4_400,
  nodes: [
    {
      name: 'node-1',
      state: 'cut off',
      view: {
        ...{ coherence: 'isolated', hits: 12_345, misses: 1, byGossip: 7, byLog: 1_000 },
        ...{ peers: 4, resets: 0, stats: {} },
        scopes: [{ scope: 'package', appliedThrough: 90, logVersion: 91 }],
      },
    },
    { name: 'node-2', state: 'killed', view: null },
  ],
  log: { package: 99, licence: 5 },
  violations: 0,
};

test('the table shows per node what it is, how far it is, and where that came from', () => {
  const lines = renderTable(PROGRESS, 20).map((line) => stripVTControlCharacters(line));
  expect(lines[0]).toBe('hearsay running, 4 of 20 s, no violation');
  const rows = lines.slice(2, 5);
  expect(rows[1]?.split(/ {2,}/)).toEqual([
    ...['node-1', 'cut off', 'isolated', '90 / 99', '? / 5', '12,345', '7', '1,000', '4'],
  ]);
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
});

test('where nothing can be redrawn, one line tells all', () => {
  const line = renderLine({ ...PROGRESS, violations: 3 }, 20);
  expect(line).toBe('hearsay running, 4 of 20 s, 3 violations · node-1 cut off · node-2 killed');
});
