import { expect, test } from 'vitest';
import { wrap } from './display.ts';

test('text is broken between words where a line is too wide, and nowhere else', () => {
  expect(wrap('a bc def\nghij klm', 5)).toBe('a bc\ndef\nghij\nklm');
  expect(wrap('short\nlines', 10)).toBe('short\nlines');
  expect(wrap('unbreakable', 4)).toBe('unbreakable');
});
