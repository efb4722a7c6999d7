import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../src/limits.js';
import { formatToken, parseToken, TokenInvalidError } from '../src/token.js';
import type { AppliedPosition } from '../src/version-source.js';
import type { AppendId, LogId, Scope, Version } from '../src/words.js';

const hex = (digits: number) =>
  fc.string({
    unit: fc.constantFrom(...'0123456789abcdef'),
    minLength: digits,
    maxLength: digits,
  });

const scope = fc
  .tuple(
    fc.constantFrom(...'az09'),
    fc.string({ unit: fc.constantFrom(...'az09._-'), maxLength: LIMITS.scopeCharsMax - 1 }),
  )
  .map(([first, rest]) => (first + rest) as Scope);

const position: fc.Arbitrary<AppliedPosition> = fc.record({
  scope,
  version: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) as fc.Arbitrary<Version>,
  appendId: hex(16) as fc.Arbitrary<AppendId>,
  logId: hex(32) as fc.Arbitrary<LogId>,
});

const longest: AppliedPosition = {
  scope: 's'.repeat(LIMITS.scopeCharsMax) as Scope,
  version: Number.MAX_SAFE_INTEGER as Version,
  appendId: 'f'.repeat(16) as AppendId,
  logId: 'f'.repeat(32) as LogId,
};
const positions = fc.array(position, { maxLength: LIMITS.scopesPerWriteMax });

test('a token read is the token written', () => {
  fc.assert(
    fc.property(positions, (written) => {
      expect(parseToken(formatToken(written))).toEqual(written);
    }),
  );
});

test('a write without invalidations has the empty token', () => {
  expect(formatToken([])).toBe('');
  expect(parseToken('')).toEqual([]);
});

test('a token fits an HTTP header', () => {
  fc.assert(
    fc.property(positions, (written) => {
      expect(formatToken(written)).toMatch(/^[a-z0-9._:,-]*$/);
    }),
  );
});

test('a token of as many scopes as a write may touch is read, one more is refused', () => {
  const most = Array.from({ length: LIMITS.scopesPerWriteMax }, () => longest);
  expect(parseToken(formatToken(most))).toEqual(most);
  expect(() => parseToken(formatToken([...most, longest]))).toThrow(TokenInvalidError);
});

describe('a text that no write returned', () => {
  const good = formatToken([{ ...longest, scope: 'table' as Scope, version: 7 as Version }]);
  const bad = {
    'not a text': 7,
    null: null,
    'nothing between commas': `${good},`,
    'a comma alone': ',',
    'a space': ` ${good}`,
    'a line after it': `${good}\n`,
    'version 0': good.replace(':7:', ':0:'),
    'a version with a leading zero': good.replace(':7:', ':07:'),
    'a version past 2^53-1': good.replace(':7:', ':9007199254740992:'),
    'a negative version': good.replace(':7:', ':-7:'),
    'capitals in an id': good.toUpperCase(),
    'an id one digit short': good.slice(0, -1),
    'an id one digit long': `${good}f`,
    'a scope that may not begin so': good.replace('table', '.table'),
    'a scope one past its limit': good.replace('table', 's'.repeat(LIMITS.scopeCharsMax + 1)),
    'a missing part': good.replace('table:', ''),
    'a huge text': ','.repeat(1_000_000),
  };

  test('is a good one before it is spoilt', () => {
    expect(parseToken(good)).toHaveLength(1);
  });

  test.each(Object.entries(bad))('is refused: %s', (_what, token) => {
    expect(() => parseToken(token as string)).toThrow(TokenInvalidError);
  });

  test('raises nothing but TokenInvalidError', () => {
    const spoilt = fc
      .tuple(positions, fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 3 }))
      .map(([written, at, cut, put]) => {
        const token = formatToken(written);
        const start = token.length === 0 ? 0 : at % token.length;
        return token.slice(0, start) + put + token.slice(start + cut);
      });
    const junk = fc.oneof(spoilt, fc.string({ unit: 'binary' }), fc.anything());
    fc.assert(
      fc.property(junk, (token) => {
        try {
          expect(formatToken(parseToken(token as string))).toBe(token);
        } catch (error) {
          expect(error).toBeInstanceOf(TokenInvalidError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
