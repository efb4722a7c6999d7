import { expect, test } from 'vitest';
import { SeededRandom } from '../src/index.js';

test('the numbers of a seed are those of mulberry32, for ever', () => {
  const random = new SeededRandom(1);
  expect([random.next(), random.next(), random.next()].map((n) => n * 2 ** 32)).toEqual([
    2693262067, 11749833, 2265367787,
  ]);
});

test('numbers lie in their range and chances at their extremes are certain', () => {
  const random = new SeededRandom(-5);
  for (let i = 0; i < 1000; i++) {
    const number = random.between(10, 12);
    expect(number >= 10 && number < 12).toBe(true);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
  }
  expect(random.between(3, 3)).toBe(3);
});
