import { expect, test } from 'vitest';
import { age, counted, duration, listed, shortened, size } from '../../dashboard/format.js';

test.each([
  [0, '0 ms'],
  [0.44, '0.4 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [9_949, '9.9 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [119_000, '1 min'],
  [7_000_000, '1 h 56 min'],
  [86_400_000, '1 d'],
  [100_000_000, '1 d 3 h'],
])('%d ms are told as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('what was a moment ago is told to the tenth of a second', () => {
  expect([age(0), age(468), age(12_300)]).toEqual(['0.0 s', '0.5 s', '12 s']);
});

test('names are shortened in the middle, for replicas differ at the end', () => {
  expect(shortened('short', 5)).toBe('short');
  expect(shortened('catalogue-7d9f-x2x4k', 12)).toBe('catal…-x2x4k');
  expect(shortened('catalogue-7d9f-x2x4k', 12)).toHaveLength(12);
});

test('lists name two and count the rest', () => {
  expect(['a', 'b', 'c', 'd'].map((_, index, all) => listed(all.slice(0, index + 1)))).toEqual([
    ...['a', 'a and b', 'a, b and c', 'a, b and 2 others'],
  ]);
  expect([counted(1, 'fault'), counted(1_200, 'fault')]).toEqual(['1 fault', '1,200 faults']);
  expect([size(512), size(2_048), size(182 * 1_048_576)]).toEqual(['512 B', '2 KiB', '182 MiB']);
});
