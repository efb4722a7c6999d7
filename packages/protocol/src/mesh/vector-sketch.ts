import { Sketch, type SketchItem } from './sketch.js';
import type { VersionVector } from './version-vector.js';

/**
 * Sketches of a vector. The longest one is kept, and follows the vector as its hash does: a change is an
 * item less and an item more. If it was not wanted for as many changes as it would take to make it anew,
 * it is let go.
 */
export class VectorSketch {
  readonly #vector: VersionVector;
  #sketch: Sketch | undefined;
  #unused = 0;

  constructor(vector: VersionVector) {
    this.#vector = vector;
    vector.followHash((key, head, times) => this.#changed(key, head, times));
  }

  /** @returns the sketch of all that vectors tell of, of just so many cells */
  of(cells: number): Sketch {
    const kept = this.#atLeast(cells);
    this.#unused = 0;
    const sketch = kept.slice(cells);
    const own = this.#vector.silentSelf();
    if (own) sketch.add(own.key, own.head, 1);
    return sketch;
  }

  /** @returns what differs between this vector and that of which `theirs` is a sketch; `undefined` if it cannot be told */
  difference(theirs: Sketch): SketchItem[] | undefined {
    return this.of(theirs.length).difference(theirs);
  }

  #atLeast(cells: number): Sketch {
    if (this.#sketch && this.#sketch.length >= cells) return this.#sketch;
    const sketch = new Sketch(cells);
    this.#vector.forEachHead((key, head) => sketch.add(key, head, 1));
    this.#sketch = sketch;
    return sketch;
  }

  #changed(key: number, head: number, times: 1 | -1): void {
    if (!this.#sketch) return;
    this.#unused++;
    if (this.#unused > this.#vector.told) this.#sketch = undefined;
    else this.#sketch.add(key, head, times);
  }
}
