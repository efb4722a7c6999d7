import { SeededRandom } from '@hearsay/testkit';
import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.ts';

test('what is due comes in the order of time, then of entry, with all its fields', () => {
  const random = new SeededRandom(1);
  const queue = new EventQueue();
  const entered: { atMs: number; order: number }[] = [];
  const push = (order: number) => {
    const atMs = Math.floor(random.next() * 100);
    entered.push({ atMs, order });
    queue.push(atMs, 7, order, order + 1, order + 2, order + 3);
  };
  // More than it begins with, and slots that are used again.
  for (let order = 0; order < 3_000; order++) push(order);
  const seen: { atMs: number; order: number }[] = [];
  while (queue.pop()) {
    expect([queue.kind, queue.from, queue.what, queue.more]).toEqual([
      7,
      queue.to + 1,
      queue.to + 2,
      queue.to + 3,
    ]);
    seen.push({ atMs: queue.atMs, order: queue.to });
  }
  expect(seen).toEqual(entered.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order));
  expect(queue.size).toBe(0);
});
