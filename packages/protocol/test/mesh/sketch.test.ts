import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sketch, type SketchCell, type SketchItem } from '../../src/mesh/sketch.js';

type Item = readonly [key: number, head: number];

function sketchOf(items: readonly Item[], cells: number): Sketch {
  const sketch = new Sketch(cells);
  for (const [key, head] of items) sketch.add(key, head, 1);
  return sketch;
}

const spelled = (items: readonly SketchItem[]) =>
  items.map(({ key, head, isMine }) => `${isMine ? 'mine' : 'theirs'} ${key} ${head}`).sort();

const MAX = Number.MAX_SAFE_INTEGER;
const number = fc.oneof(fc.nat(40), fc.maxSafeNat(), fc.integer({ min: MAX - 3, max: MAX }));
const item: fc.Arbitrary<Item> = fc.tuple(number, number);
const items = (maxLength: number) =>
  fc.uniqueArray(item, { maxLength, selector: (one) => one.join(' ') });

const cell: fc.Arbitrary<SketchCell> = fc.record({
  count: fc.oneof(fc.constantFrom(-1, 1), fc.integer()),
  key: number,
  head: number,
  check: fc.nat(0xffff_ffff),
});

describe('Sketch', () => {
  it('tells all that differs, and whose it is, or that it cannot tell: never something else', () => {
    fc.assert(
      fc.property(
        items(30),
        items(30),
        items(30),
        fc.integer({ min: 1, max: 80 }),
        (both, l, r, cells) => {
          const common = new Set(both.map(String));
          const [mine, theirs] = [l, r].map((side) =>
            side.filter((one) => !common.has(String(one))),
          );
          const told = sketchOf([...both, ...(mine as Item[])], cells).difference(
            sketchOf([...both, ...(theirs as Item[])], cells),
          );
          const onLeft = new Set(mine?.map(String));
          const onRight = new Set(theirs?.map(String));
          const expected = [
            ...(mine ?? [])
              .filter((one) => !onRight.has(String(one)))
              .map((one) => `mine ${one.join(' ')}`),
            ...(theirs ?? [])
              .filter((one) => !onLeft.has(String(one)))
              .map((one) => `theirs ${one.join(' ')}`),
          ].sort();
          if (told) expect(spelled(told)).toEqual(expected);
          else expect(expected.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('needs cells for what differs, not for what is the same', () => {
    const common = Array.from({ length: 5_000 }, (_, i): Item => [i * 2 ** 30, i]);
    for (let seed = 0; seed < 20; seed++) {
      const differing = Array.from({ length: 10 }, (_, i): Item => [seed * 1e9 + i, i + 1]);
      const told = sketchOf([...common, ...differing], 48).difference(sketchOf(common, 48));
      expect(told).toHaveLength(10);
    }
  });

  it('that is longer begins with the shorter one', () => {
    fc.assert(
      fc.property(items(20), fc.integer({ min: 1, max: 50 }), fc.nat(50), (all, short, more) => {
        const cells = sketchOf(all, short).cells();
        expect(
          sketchOf(all, short + more)
            .cells()
            .slice(0, short),
        ).toEqual(cells);
        expect(
          sketchOf(all, short + more)
            .slice(short)
            .cells(),
        ).toEqual(cells);
      }),
    );
  });

  it('from which an item was taken is as if it had never been in', () => {
    fc.assert(
      fc.property(items(20), item, (all, [key, head]) => {
        const sketch = sketchOf(all, 30);
        sketch.add(key, head, 1);
        sketch.add(key, head, -1);
        expect(sketch.cells()).toEqual(sketchOf(all, 30).cells());
      }),
    );
  });

  it('survives its own cells', () => {
    fc.assert(
      fc.property(items(20), (all) => {
        const cells = sketchOf(all, 30).cells();
        expect(Sketch.of(cells).cells()).toEqual(cells);
      }),
    );
  });

  it('of nonsense tells at most an item a cell, and comes to an end', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 60 }), items(10), (cells, all) => {
        const told = sketchOf(all, cells.length).difference(Sketch.of(cells));
        expect(told?.length ?? 0).toBeLessThanOrEqual(cells.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('of items that contradict each other for ever comes to an end: each comes out once', () => {
    // A single item in one cell, where it does not belong: taken out, it turns up in others.
    const [honest] = sketchOf([[7, 1]], 1).cells() as [SketchCell];
    const empty = { count: 0, key: 0, head: 0, check: 0 };
    for (let at = 0; at < 64; at++) {
      const cells = Array.from({ length: 64 }, (_, i) => (i === at ? honest : empty));
      expect(new Sketch(64).difference(Sketch.of(cells))).toBeUndefined();
    }
  });

  it('is made in this one way by all releases', () => {
    const all: Item[] = [
      [1, 1],
      [4_503_599_627_370_497, 300],
      [MAX, MAX],
    ];
    expect(sketchOf(all, 8).cells()).toMatchInlineSnapshot(`
      [
        {
          "check": 3929153242,
          "count": 3,
          "head": 9007199254740690,
          "key": 4503599627370495,
        },
        {
          "check": 2289700172,
          "count": 1,
          "head": 1,
          "key": 1,
        },
        {
          "check": 3409948863,
          "count": 2,
          "head": 301,
          "key": 4503599627370496,
        },
        {
          "check": 554544741,
          "count": 1,
          "head": 9007199254740991,
          "key": 9007199254740991,
        },
        {
          "check": 1128644083,
          "count": 1,
          "head": 300,
          "key": 4503599627370497,
        },
        {
          "check": 0,
          "count": 0,
          "head": 0,
          "key": 0,
        },
        {
          "check": 0,
          "count": 0,
          "head": 0,
          "key": 0,
        },
        {
          "check": 1128644083,
          "count": 1,
          "head": 300,
          "key": 4503599627370497,
        },
      ]
    `);
  });
});
