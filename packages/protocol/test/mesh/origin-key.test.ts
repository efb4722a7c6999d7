import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originKey } from '../../src/mesh/origin-key.js';
import { originOf } from './words.js';

describe('the key of an origin', () => {
  it('is a whole number of at most 53 bits', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(1_000), (name, life) => {
        const key = originKey(originOf(name, life));
        expect(Number.isSafeInteger(key) && key >= 0).toBe(true);
      }),
    );
  });

  it('tells apart names, and lives of one name', () => {
    const keys = new Set<number>();
    for (let node = 0; node < 1_000; node++)
      for (let life = 1; life <= 20; life++) keys.add(originKey(originOf(`n${node}`, life)));
    expect(keys.size).toBe(20_000);
  });

  it('is the same in all releases', () => {
    expect([originOf('a'), originOf('cache-17', 0xabc)].map(originKey)).toMatchInlineSnapshot(`
      [
        5057635479091961,
        6991919935575896,
      ]
    `);
  });
});
