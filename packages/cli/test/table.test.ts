import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { table } from '../src/table.js';
import { fitted, truncated, widthOf } from '../src/units.js';

const GREEN = '\x1b[32malive\x1b[39m';
const ROWS = [
  ['a-name-that-is-long *', GREEN, '1'],
  ['b', GREEN, '200'],
];

describe('a table', () => {
  test('aligns its columns, coloured ones too, and ends no line with blanks', () => {
    const lines = table(['NODE', 'STATE', 'RTT'], ROWS, ['RTT']).split('\n');
    expect(lines.map(stripVTControlCharacters)).toEqual([
      'NODE                   STATE  RTT',
      'a-name-that-is-long *  alive    1',
      'b                      alive  200',
    ]);
  });

  test('shortens its first column to the terminal, not the mark of the asked node', () => {
    for (const columns of [24, 25, 30, 33]) {
      const lines = table(['NODE', 'STATE', 'RTT'], ROWS, ['RTT'], columns).split('\n');
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      expect(lines[1]).toContain(' *  \x1b');
    }
    expect(table(['NODE', 'STATE', 'RTT'], ROWS, ['RTT'], 24)).toContain('a-name-th… *');
  });

  test('leaves enough of a name on a terminal that is too narrow', () => {
    expect(table(['NODE', 'STATE', 'RTT'], ROWS, ['RTT'], 5)).toContain('a-nam… *');
  });
});

describe('a text', () => {
  test.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['😀😀😀', 2, '😀…'],
    ['ab', 1, '…'],
  ])('%s is made to fit %i: %s', (text, charsMax, expected) => {
    expect(truncated(text, charsMax)).toBe(expected);
    expect(fitted(text, charsMax)).toBe(expected);
  });

  test('keeps its colours where it is cut, and ends them', () => {
    const line = `${GREEN} and ${GREEN}`;
    expect(fitted(line, 15)).toBe(line);
    expect(fitted(line, 7)).toBe('\x1b[32malive\x1b[39m \x1b[32m\x1b[39m\x1b[0m…');
    expect(widthOf(fitted(line, 7))).toBe(7);
  });
});
