import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/membership/random.js';

describe('random numbers', () => {
  it('are the same after the same food, and within their bounds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (food) => {
        const [one, other] = [new Random(), new Random()];
        one.feed(food);
        other.feed(food);
        for (let i = 0; i < 20; i++) {
          const number = one.next();
          expect(number).toBe(other.next());
          expect(number).toBeGreaterThanOrEqual(0);
          expect(number).toBeLessThan(1);
        }
        expect(one.below(3)).toBeLessThan(3);
      }),
    );
  });

  it('shuffle without loss', () => {
    const random = new Random();
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = random.shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });
});
