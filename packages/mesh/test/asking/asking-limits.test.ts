import { expect, test } from 'vitest';
import { Budget } from '../../src/asking/asking-limits.js';

test('a budget gives what it has and no more, and the whole what its parts have together', () => {
  const whole = new Budget(3);
  const [a, b] = [new Budget(2, whole), new Budget(2, whole)];
  expect([a.take(2), a.take(1)]).toEqual([true, false]);
  expect([b.take(2), b.take(1), b.take(1)]).toEqual([false, true, false]);
  a.giveBack(2);
  expect([b.take(1), a.take(2), a.take(1)]).toEqual([true, false, true]);
});
