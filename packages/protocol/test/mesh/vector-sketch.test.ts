import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originKey } from '../../src/mesh/origin-key.js';
import { Sketch } from '../../src/mesh/sketch.js';
import { VectorSketch } from '../../src/mesh/vector-sketch.js';
import { VersionVector } from '../../src/mesh/version-vector.js';
import { originOf } from './words.js';

const SELF = originOf('n0');
const NODES = 8;

const vectorOf = () =>
  new VersionVector(
    SELF,
    { originsMax: 6, silentOriginMs: 1_000 },
    { isLinked: () => false, forgotten: () => undefined },
  );

type Step =
  | { readonly node: number; readonly sequence: number }
  | { readonly ageMs: number }
  | { readonly cells: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ node: fc.nat(NODES - 1), sequence: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record({ ageMs: fc.integer({ min: 0, max: 900 }) }) },
  { weight: 2, arbitrary: fc.record({ cells: fc.constantFrom(4, 16) }) },
);

/** Made from what the vector tells, and from nothing else. */
function sketchOf(vector: VersionVector, cells: number): Sketch {
  const sketch = new Sketch(cells);
  for (const { origin, contiguous } of vector.entries(0))
    if (contiguous > 0) sketch.add(originKey(origin), contiguous, 1);
  return sketch;
}

describe('VectorSketch', () => {
  it('is at any time the sketch of all that vectors tell of with a first event, this node included', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const vector = vectorOf();
        const sketches = new VectorSketch(vector);
        let nowMs = 0;
        for (const one of steps) {
          if ('ageMs' in one) {
            nowMs += one.ageMs;
            vector.age(nowMs);
          } else if ('node' in one) vector.add(originOf(`n${one.node}`), one.sequence, nowMs);
          else expect(sketches.of(one.cells).cells()).toEqual(sketchOf(vector, one.cells).cells());
        }
      }),
      { numRuns: 300 },
    );
  });
});
