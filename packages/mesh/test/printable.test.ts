import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../src/printable.js';

test.each([
  ['a line break', 'a\nb', 'a\\u{a}b'],
  ['a carriage return', 'a\rb', 'a\\u{d}b'],
  ['an ANSI sequence', '\u001b[31mred', '\\u{1b}[31mred'],
  ['an 8-bit control character', 'a\u009bb', 'a\\u{9b}b'],
  ['a mark that turns the line around', 'a\u202eb', 'a\\u{202e}b'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ['half a surrogate pair', 'a\ud800b', 'a\\u{d800}b'],
])('%s is shown, not done', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('plain text of any script is left as it is', () => {
  expect(printable('grüße 世界 🙂 "x"')).toBe('grüße 世界 🙂 "x"');
});

test('whatever came is one line of at most 256 characters without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const shown = printable(text);
      expect(shown.length).toBeLessThanOrEqual(256);
      expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});
