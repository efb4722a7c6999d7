import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigInvalidError, HearsayError, NameInvalidError } from '../src/errors.js';
import {
  covers,
  invalidationOf,
  type Target,
  type TargetInput,
  targetOf,
} from '../src/invalidation.js';

describe('a target', () => {
  test.each<[TargetInput, Target]>([
    [{ key: 'a/b' }, { kind: 'key', key: 'a/b' }],
    [{ prefix: 'a/b' }, { kind: 'prefix', key: 'a/b' }],
    [{ tag: 'red' }, { kind: 'tag', key: 'red' }],
    [{ all: true }, { kind: 'scope', key: '' }],
  ])('%j becomes %j', (input, target) => {
    expect(targetOf(input)).toEqual(target);
    expect(invalidationOf('table', input)).toEqual({ scope: 'table', target });
  });

  test.each([
    {},
    { key: 'a', tag: 'b' },
    { key: 'a', all: true },
    { all: false },
    { keys: 'a' },
    [],
    ['a'],
    null,
    undefined,
    'a',
    1,
  ])('%j names none or several of the four and is refused', (input) => {
    expect(() => targetOf(input as TargetInput)).toThrow(ConfigInvalidError);
  });

  test.each([{ key: '/a' }, { prefix: 'a/' }, { prefix: '' }, { tag: '' }, { key: undefined }])(
    '%j names it badly and is refused',
    (input) => {
      expect(() => targetOf(input as TargetInput)).toThrow(NameInvalidError);
    },
  );

  test('a bad scope is refused', () => {
    expect(() => invalidationOf('Not a scope', { all: true })).toThrow(NameInvalidError);
  });

  test('whatever is handed in, only an error of Hearsay comes out', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true }), (input) => {
        try {
          targetOf(input as TargetInput);
        } catch (error) {
          expect(error).toBeInstanceOf(HearsayError);
        }
      }),
    );
  });
});

describe('covers', () => {
  /** Few letters and few segments, so that near misses are common. */
  const segment = fc.string({
    unit: fc.constantFrom('a', 'b', '.', 'é'),
    minLength: 1,
    maxLength: 2,
  });
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const tags = fc.uniqueArray(segment, { maxLength: 3 });

  /** The rule in its plainest form: compare segment by segment. */
  function coversBySegments(prefix: string, key: string): boolean {
    const wanted = prefix.split('/');
    const actual = key.split('/');
    return wanted.every((part, index) => part === actual[index]);
  }

  test('a prefix covers exactly the keys that begin with its segments (C2)', () => {
    fc.assert(
      fc.property(path, path, tags, (prefix, key, held) => {
        expect(covers({ kind: 'prefix', key: prefix }, key, held)).toBe(
          coversBySegments(prefix, key),
        );
      }),
    );
  });

  test('a prefix covers itself and what lies below it (C2)', () => {
    fc.assert(
      fc.property(path, path, (prefix, rest) => {
        const target: Target = { kind: 'prefix', key: prefix };
        expect(covers(target, prefix, [])).toBe(true);
        expect(covers(target, `${prefix}/${rest}`, [])).toBe(true);
      }),
    );
  });

  test('a prefix never covers half a segment (C2)', () => {
    expect(covers({ kind: 'prefix', key: 'lake/t1' }, 'lake/t10', [])).toBe(false);
    expect(covers({ kind: 'prefix', key: 'lake/t1' }, 'lake', [])).toBe(false);
  });

  test('a key covers itself alone', () => {
    fc.assert(
      fc.property(path, path, tags, (target, key, held) => {
        expect(covers({ kind: 'key', key: target }, key, held)).toBe(target === key);
      }),
    );
  });

  test('a tag covers the entries stored with it, whatever their key', () => {
    fc.assert(
      fc.property(segment, path, tags, (tag, key, held) => {
        expect(covers({ kind: 'tag', key: tag }, key, held)).toBe(held.indexOf(tag) >= 0);
      }),
    );
  });

  test('a scope covers everything', () => {
    fc.assert(
      fc.property(path, tags, (key, held) => {
        expect(covers({ kind: 'scope', key: '' }, key, held)).toBe(true);
      }),
    );
  });
});
