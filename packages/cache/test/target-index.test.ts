import { covers, type Target } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Indexed, TargetIndex } from '../src/target-index.js';
import { all, key, prefix, segmentsOf, tag } from './fakes.js';

const keys = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'));
const tags = fc.uniqueArray(fc.constantFrom('s', 't', 'u'));
const items = fc.uniqueArray(fc.record({ key: keys, tags }), { selector: (item) => item.key });
const targets: fc.Arbitrary<Target> = fc.oneof(
  keys.map(key),
  keys.map(prefix),
  fc.constantFrom('s', 't', 'u').map(tag),
  fc.constant(all),
);

function indexed(item: { key: string; tags: string[] }): Indexed {
  return { ...item, leaf: undefined };
}

describe('TargetIndex', () => {
  it('finds exactly what a scan with `covers` finds (C2)', () => {
    fc.assert(
      fc.property(items, targets, (drawn, target) => {
        const index = new TargetIndex<Indexed>();
        const held = drawn.map(indexed);
        for (const item of held) index.add(item);
        const expected = held.filter((item) => covers(target, item.key, item.tags));
        expect(new Set(index.find(target))).toEqual(new Set(expected));
      }),
    );
  });

  it('holds no segment and no tag without an item', () => {
    fc.assert(
      fc.property(items, fc.nat(20), (drawn, keep) => {
        const index = new TargetIndex<Indexed>();
        const held = drawn.map(indexed);
        for (const item of held) index.add(item);
        const kept = held.slice(0, keep);
        for (const item of held.slice(keep)) index.remove(item);
        expect(index.segments).toBe(segmentsOf(kept.map((item) => item.key)));
        expect(index.tags).toBe(new Set(kept.flatMap((item) => item.tags)).size);
      }),
    );
  });

  it('forgets an item once, however often it is told', () => {
    const index = new TargetIndex<Indexed>();
    const [first, second] = [indexed({ key: 'a/b', tags: [] }), indexed({ key: 'a/b', tags: [] })];
    index.add(first);
    index.remove(first);
    index.add(second);
    index.remove(first);
    expect(index.find(key('a/b'))).toEqual([second]);
  });

  it('finds far more items below one segment than a call can have arguments', () => {
    const index = new TargetIndex<Indexed>();
    for (let n = 0; n < 200_000; n += 1) index.add(indexed({ key: `a/${n}`, tags: [] }));
    expect(index.find(prefix('a'))).toHaveLength(200_000);
  });
});
