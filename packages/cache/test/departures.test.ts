import { expect, test } from 'vitest';
import { Departures } from '../src/departures.js';

test('a key has the highest serial that was noted for it, others have none', () => {
  const departures = new Departures(10);
  departures.note('a', 5);
  departures.note('a', 3);
  expect([departures.serial('a'), departures.serial('b')]).toEqual([5, 0]);
  departures.note('a', 7);
  expect(departures.serial('a')).toBe(7);
});

test('the key noted longest ago is forgotten first, and from then on counts for all (C1)', () => {
  const departures = new Departures(2);
  departures.note('a', 5);
  departures.note('b', 6);
  departures.note('a', 7);
  expect(departures.serial('c')).toBe(0);
  departures.note('c', 8);
  expect(['a', 'b', 'c', 'd'].map((key) => departures.serial(key))).toEqual([7, 6, 8, 6]);
});

test('when all tickets are void nothing else is remembered', () => {
  const departures = new Departures(2);
  departures.note('a', 5);
  departures.forget(9);
  expect([departures.serial('a'), departures.serial('b')]).toEqual([9, 9]);
});
