import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewHash } from '../../src/membership/view-hash.js';
import { memberOf, originOf } from './words.js';

const a = memberOf(originOf('a'));
const b = memberOf(originOf('b'));

describe('a view hash', () => {
  it('is 16 hex digits, whatever the order', () => {
    expect(viewHash([a, b])).toMatch(/^[0-9a-f]{16}$/);
    expect(viewHash([a, b])).toBe(viewHash([b, a]));
  });

  it('counts suspects, and neither the dead nor what members say of themselves', () => {
    const suspected = { ...b, state: 'suspect', metadata: { k: 'v' } } as const;
    expect(viewHash([a, suspected])).toBe(viewHash([a, b]));
    expect(viewHash([a, { ...b, state: 'dead' }])).toBe(viewHash([a]));
    expect(viewHash([a, { ...b, state: 'left' }])).toBe(viewHash([a]));
  });

  it('differs for different members, and for another life', () => {
    const set = fc.uniqueArray(fc.tuple(fc.nat(30), fc.nat(3)), {
      selector: String,
      maxLength: 12,
    });
    const hash = (pairs: readonly (readonly [number, number])[]) =>
      viewHash(pairs.map(([node, life]) => memberOf(originOf(`n${node}`, life))));
    const key = (pairs: readonly (readonly [number, number])[]) => pairs.map(String).sort().join();
    fc.assert(
      fc.property(set, set, (one, other) => {
        expect(hash(one) === hash(other)).toBe(key(one) === key(other));
      }),
    );
  });
});
