import { expect, test } from 'vitest';
import { ProcessorWait, waitedMsOf } from './processor-wait.ts';

test('what a process waited for a processor only grows, and is a share of its life', () => {
  const wait = new ProcessorWait();
  expect(wait.share).toBe(0);
  expect(wait.measure(process.pid)).toBe(0);
  const before = waitedMsOf(process.pid) ?? 0;
  expect(wait.measure(process.pid)).toBeGreaterThanOrEqual(0);
  expect(waitedMsOf(process.pid)).toBeGreaterThanOrEqual(before);
  expect(wait.share).toBeGreaterThanOrEqual(0);
  expect(wait.share).toBeLessThanOrEqual(1);
});

test('a process that is gone waited for nothing', () => {
  expect(waitedMsOf(2 ** 30)).toBeUndefined();
  expect(new ProcessorWait().measure(2 ** 30)).toBe(0);
});
