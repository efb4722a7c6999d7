import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueNotDigestibleError, valueDigest } from '../src/index.js';

const hashOf = (text: string) =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

describe('the digest of a value', () => {
  test.each<[unknown, string]>([
    [{ b: 1, a: { d: [1, 'x', null], c: true } }, '{"a":{"c":true,"d":[1,"x",null]},"b":1}'],
    [{ ü: 1, '😀': 2, '\ufb33': 3 }, '{"ü":1,"😀":2,"\ufb33":3}'],
    ['"\n', String.raw`"\"\n"`],
    [-0, '0'],
    [1e21, '1e+21'],
    [null, 'null'],
    [{ a: undefined, b: () => 1, c: Symbol('c') }, '{}'],
    [[undefined, Number.NaN, Number.POSITIVE_INFINITY], '[null,null,null]'],
    [12n ** 20n, '3833759992447475122176'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [Buffer.from('ab'), '"YWI="'],
    [new Uint8Array([97, 98, 99, 100]).subarray(0, 2), '"YWI="'],
    [
      new Map<unknown, unknown>([
        ['b', 1],
        ['a', undefined],
      ]),
      '[["a",null],["b",1]]',
    ],
    [new Set([3, 20, 1]), '[1,20,3]'],
  ])('%o is that of its canonical JSON', (value, text) => {
    expect(valueDigest(value)).toBe(hashOf(text));
  });

  test('tells absence from every value', () => {
    expect(valueDigest(undefined)).toBe('absent');
    expect(valueDigest(null)).not.toBe('absent');
    expect(valueDigest('absent')).toMatch(/^[\w-]{22}$/);
  });

  test('is that of what a database hands back: JSON values, in whatever order of their names', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      const fields = Object.entries(value).reverse();
      return Object.fromEntries(fields.map(([name, one]) => [name, reversed(one)]));
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const again = JSON.parse(JSON.stringify(value));
        expect(valueDigest(reversed(again))).toBe(valueDigest(value));
      }),
    );
  });

  test('differs where the JSON differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [first, second] = [a, b].map((value) => JSON.parse(JSON.stringify(value)));
        let isSame = true;
        try {
          expect(first).toStrictEqual(second);
        } catch {
          isSame = false;
        }
        expect(valueDigest(first) === valueDigest(second)).toBe(isSame);
      }),
    );
  });

  test('is refused for what has no end, and no JSON', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    expect(valueDigest(deep(100))).toMatch(/^[\w-]{22}$/);
    for (const value of [cycle, deep(101), () => 1, Symbol('s')])
      expect(() => valueDigest(value)).toThrow(ValueNotDigestibleError);
  });
});
