import { expect, test } from 'vitest';
import { LagClock } from '../../dashboard/lag-clock.js';

test('a node lags since the first version that it lacks was seen', () => {
  const clock = new LagClock();
  clock.note('item', 5, 1_000);
  clock.note('item', 5, 2_000);
  clock.note('item', 9, 3_000);
  expect(clock.lagMs('item', 9, 10_000)).toBe(0);
  expect(clock.lagMs('item', 5, 10_000)).toBe(7_000);
  expect(clock.lagMs('item', 4, 10_000)).toBe(9_000);
  expect(clock.lagMs('other', 0, 10_000)).toBe(0);
});

test('a log that went back is another one: what was seen of the former counts no more', () => {
  const clock = new LagClock();
  clock.note('item', 9, 1_000);
  clock.note('item', 2, 5_000);
  expect(clock.lagMs('item', 2, 6_000)).toBe(0);
  expect(clock.lagMs('item', 1, 6_000)).toBe(1_000);
});

test('what is remembered is bounded, and the oldest mark stays', () => {
  const clock = new LagClock();
  for (let version = 1; version <= 5_000; version++) clock.note('item', version, version);
  expect(clock.lagMs('item', 0, 5_000)).toBe(4_999);
  expect(clock.lagMs('item', 4_999, 5_000)).toBe(0);
  expect(clock.lagMs('item', 4_998, 5_000)).toBe(1);
});
