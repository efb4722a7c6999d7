import { LIMITS, type Sequence } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import { Outbox } from '../src/outbox.js';
import { hint } from './node.js';

/** An outbox whose contents become batches. */
function outboxOf() {
  const batches: number[] = [];
  let last = 0;
  const outbox: Outbox = new Outbox(() =>
    outbox.empty(
      (all) => {
        batches.push(all.length);
        last += all.length;
      },
      last as Sequence,
      1,
    ),
  );
  return { outbox, batches };
}

const some = (count: number) => Array.from({ length: count }, (_, i) => hint(`k${i}`));

describe('the outbox', () => {
  test('lets what one turn of the event loop announces leave as one, each with its own sequences', async () => {
    const { outbox, batches } = outboxOf();
    const receipts = await Promise.all([outbox.add(some(2)), outbox.add(some(3))]);
    expect(batches).toEqual([5]);
    expect(receipts.map(({ first, last }) => [first, last])).toEqual([
      [1, 2],
      [3, 5],
    ]);
  });

  test('is bounded: what a turn announces beyond a batch leaves at once, and nothing is lost', async () => {
    const { outbox, batches } = outboxOf();
    const one = LIMITS.batchEventsMax / 2 - 1;
    const added = [outbox.add(some(one)), outbox.add(some(one))];
    expect(batches).toEqual([]);
    added.push(outbox.add(some(2)));
    expect(batches).toEqual([LIMITS.batchEventsMax]);
    added.push(outbox.add(some(7)));
    const receipts = await Promise.all(added);
    expect(batches).toEqual([LIMITS.batchEventsMax, 7]);
    expect(receipts.at(-1)).toMatchObject({
      first: LIMITS.batchEventsMax + 1,
      last: LIMITS.batchEventsMax + 7,
    });
  });
});
