import { type Epoch, keyOf, nodeNameOf, type Sequence, scopeOf } from '@hearsay/spi';
import { encodeMessage } from '@hearsay/wire';
import { expect, test } from 'vitest';
import { messageSizes, OVERHEAD } from './message-sizes.ts';
import { readResults } from './results.ts';

test('the overhead of lower layers is what was measured on real connections', () => {
  const { direct, gossipsub } = readResults().measured;
  // The event that was measured.
  const { length } = encodeMessage({
    kind: 'events',
    runs: [
      {
        origin: { node: nodeNameOf('cache-0000'), epoch: '5eed5eed5eed5eed' as Epoch },
        first: 900 as Sequence,
        announcements: [
          {
            scope: scopeOf('bench'),
            target: { kind: 'key', key: keyOf('lake/catalog/warehouse/products/item-00042') },
          },
        ],
      },
    ],
  });
  const there = length + 1 + OVERHEAD.yamux + OVERHEAD.noise;
  const back = OVERHEAD.windowUpdate + OVERHEAD.noise;
  expect(Math.abs(direct.bytes - there - back)).toBeLessThanOrEqual(5);
  expect(Math.abs(gossipsub.bytes - direct.bytes - OVERHEAD.gossipsub)).toBeLessThanOrEqual(5);
});

test('messages grow with what they tell of', () => {
  const sizes = messageSizes(1_000);
  for (const sizeOf of [sizes.heartbeat, sizes.vector, sizes.sketch, sizes.pull, sizes.answer])
    expect(sizeOf(16)).toBeGreaterThan(sizeOf(2));
  expect(sizes.difference(3, 0)).toBeGreaterThan(sizes.difference(0, 0));
  expect(sizes.vector(10_000) / sizes.vector(5_000)).toBeCloseTo(2, 1);
});
