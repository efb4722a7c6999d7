import { expect, test } from 'vitest';
import { netemArguments } from './netem-delayer.ts';

test.each([
  [{ delayMs: 20, jitterMs: 0, reorderPercent: 0 }, 'delay 20ms limit 100000'],
  [{ delayMs: 20, jitterMs: 5, reorderPercent: 0 }, 'delay 20ms 5ms limit 100000'],
  [{ delayMs: 20, jitterMs: 0, reorderPercent: 25 }, 'delay 20ms reorder 25% limit 100000'],
])('%o is netem %s', (delay, text) => {
  expect(netemArguments(delay).join(' ')).toBe(text);
});
