import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NameInvalidError } from '../src/errors.js';
import { LIMITS } from '../src/limits.js';
import { databaseIncarnationOf, keyOf, nodeNameOf, scopeOf, tagOf, topicOf } from '../src/names.js';

const CONTROLS = ['\u0000', '\t', '\n', '\r', '\u001f', '\u007f'];
const LONE_SURROGATES = ['\ud800', '\udfff', 'a\udc00b', '\ud83d'];
/** Characters of 1, 2, 3 and 4 bytes in UTF-8. */
const BY_BYTES: readonly (readonly [string, number])[] = [
  ['a', 1],
  ['é', 2],
  ['漢', 3],
  ['🐘', 4],
];

const refuses = (make: () => unknown) => expect(make).toThrow(NameInvalidError);

/** Text of exactly `bytes` bytes: as many of the wide character as fit, filled up with `x`. */
function textOf(character: string, width: number, bytes: number): string {
  return character.repeat(Math.floor(bytes / width)) + 'x'.repeat(bytes % width);
}

describe('the incarnation of a database', () => {
  test.each([
    '1',
    '64769:1310',
    '3/2026-11-20T12:00:00.1+00:00',
    'a'.repeat(LIMITS.incarnationCharsMax),
  ])('may be %j', (text) => expect(databaseIncarnationOf(text)).toBe(text));

  test.each(['', 'a b', 'é', 'a,b', 'a'.repeat(LIMITS.incarnationCharsMax + 1), ...CONTROLS])(
    'may not be %j',
    (text) => refuses(() => databaseIncarnationOf(text)),
  );
});

describe('a topic', () => {
  test.each(['a', '~', '!', 'hearsay.counters/1', 'A'.repeat(LIMITS.topicCharsMax)])(
    'may be %j',
    (text) => expect(topicOf(text)).toBe(text),
  );

  test.each(['', 'a b', 'é', 'a'.repeat(LIMITS.topicCharsMax + 1), ...CONTROLS])(
    'may not be %j',
    (text) => refuses(() => topicOf(text)),
  );
});

describe.each([
  { what: 'scope', of: scopeOf, charsMax: LIMITS.scopeCharsMax },
  { what: 'node name', of: nodeNameOf, charsMax: LIMITS.nodeNameCharsMax },
])('a $what', ({ of, charsMax }) => {
  test('is kept as it is at its limit and refused one past it', () => {
    const longest = 'a'.repeat(charsMax);
    expect(of(longest)).toBe(longest);
    refuses(() => of(`${longest}a`));
  });

  test.each(['a', '0', 'a.b', 'a_b', 'a-b', '9.z'])('may be %j', (text) => {
    expect(of(text)).toBe(text);
  });

  test.each(['', '.a', '_a', '-a', 'a b', 'a/b', 'a:b', 'a,b', 'é', 'a\n', '\na', ...CONTROLS])(
    'may not be %j',
    (text) => refuses(() => of(text)),
  );
});

test('a scope has no capital letters; a node name may have them', () => {
  refuses(() => scopeOf('Table'));
  expect(nodeNameOf('Node-A')).toBe('Node-A');
});

describe.each([
  { what: 'key', of: keyOf as (text: string) => string, bytesMax: LIMITS.keyBytesMax },
  { what: 'tag', of: tagOf, bytesMax: LIMITS.tagBytesMax },
])('a $what', ({ of, bytesMax }) => {
  test.each(BY_BYTES)('of %j is measured in UTF-8 bytes: %i each', (character, width) => {
    const longest = textOf(character, width, bytesMax);
    expect(Buffer.byteLength(longest)).toBe(bytesMax);
    expect(of(longest)).toBe(longest);
    refuses(() => of(`${longest}x`));
  });

  test('is accepted exactly when its UTF-8 bytes are within the limit', () => {
    const wide = fc.array(fc.constantFrom(...BY_BYTES.map(([character]) => character)), {
      minLength: 1,
      maxLength: bytesMax + 1,
      size: 'max',
    });
    fc.assert(
      fc.property(wide, (characters) => {
        const text = characters.join('');
        if (Buffer.byteLength(text) <= bytesMax) expect(of(text)).toBe(text);
        else refuses(() => of(text));
      }),
    );
  });

  test.each(CONTROLS)('holds no control character: %j', (control) => {
    for (const text of [control, `${control}a`, `a${control}`, `a${control}b`])
      refuses(() => of(text));
  });

  test.each(LONE_SURROGATES)('is well-formed Unicode: %j is not', (text) =>
    refuses(() => of(text)),
  );

  test('is never empty', () => refuses(() => of('')));
});

test.each(['/', '/a', 'a/', 'a//b', '//'])('a key has no empty segment: %j', (text) =>
  refuses(() => keyOf(text)),
);

test('a key keeps dots, spaces and single slashes; a tag may hold any slash', () => {
  expect(keyOf('lake/my catalog/../t.1')).toBe('lake/my catalog/../t.1');
  expect(tagOf('/a//b/')).toBe('/a//b/');
});

describe('whatever is handed in for a name', () => {
  const makers = [scopeOf, nodeNameOf, keyOf, tagOf] as ((text: unknown) => unknown)[];

  test('is either kept unchanged or refused with NameInvalidError', () => {
    const input = fc.oneof(fc.anything({ withBigInt: true }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(input, fc.constantFrom(...makers), (value, of) => {
        let kept: unknown;
        try {
          kept = of(value);
        } catch (error) {
          expect(error).toBeInstanceOf(NameInvalidError);
          return;
        }
        expect(kept).toBe(value);
      }),
    );
  });

  test('makes a message of one short line', () => {
    const input = fc.oneof(fc.anything({ withBigInt: true }), fc.constant('\n'.repeat(1_000_000)));
    fc.assert(
      fc.property(input, (value) => {
        for (const of of makers)
          try {
            of(value);
          } catch (error) {
            const { message } = error as Error;
            expect(message.length).toBeLessThan(500);
            expect(message).not.toContain('\n');
          }
      }),
    );
  });
});
