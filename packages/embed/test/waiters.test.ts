import { expect, test } from 'vitest';
import { Waiters } from '../src/waiters.js';

test('who waits is told once its condition holds, and not before', async () => {
  const waiters = new Waiters();
  let reached = 0;
  const first = waiters.wait(() => reached >= 1, 60_000, 0);
  const second = waiters.wait(() => reached >= 2, 60_000, 0);
  let told = false;
  void second.then(() => {
    told = true;
  });
  reached = 1;
  waiters.changed();
  expect(await first).toBe(true);
  expect(told).toBe(false);
  reached = 2;
  waiters.changed();
  expect(await second).toBe(true);
});

test('who cannot be helped is told what holds now', async () => {
  const waiters = new Waiters();
  const held = waiters.wait(() => true, 60_000, 0);
  const not = waiters.wait(() => false, 60_000, 0);
  waiters.fail(0);
  expect(await Promise.all([held, not])).toEqual([true, false]);
});

test('who came later than what failed waits on', async () => {
  const waiters = new Waiters();
  let holds = false;
  const early = waiters.wait(() => holds, 60_000, 10);
  const late = waiters.wait(() => holds, 60_000, 11);
  waiters.fail(10);
  expect(await early).toBe(false);
  holds = true;
  waiters.changed();
  expect(await late).toBe(true);
});

test('when time runs out the answer is what holds then', async () => {
  const waiters = new Waiters();
  expect(await waiters.wait(() => true, 1, 0)).toBe(true);
  expect(await waiters.wait(() => false, 1, 0)).toBe(false);
});
