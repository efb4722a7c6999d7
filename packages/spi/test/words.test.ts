import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeNameOf } from '../src/names.js';
import { type Epoch, type Origin, originId, sameOrigin } from '../src/words.js';

const origin: fc.Arbitrary<Origin> = fc.record({
  node: fc.constantFrom('a', 'b', 'a.b', 'A').map(nodeNameOf),
  epoch: fc.constantFrom(
    '0000000000000001',
    '00000000000000a1',
    'ffffffffffffffff',
  ) as fc.Arbitrary<Epoch>,
});

test('two origins are the same exactly when their ids are', () => {
  fc.assert(
    fc.property(origin, origin, (a, b) => {
      expect(sameOrigin(a, b)).toBe(originId(a) === originId(b));
      expect(sameOrigin(a, { ...a })).toBe(true);
    }),
  );
});

test('a node that starts again is another origin (M4)', () => {
  const node = nodeNameOf('a');
  const before: Origin = { node, epoch: '0000000000000001' as Epoch };
  expect(sameOrigin(before, { node, epoch: '0000000000000002' as Epoch })).toBe(false);
});
