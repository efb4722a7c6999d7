import { expect, test } from 'vitest';
import { KEYS } from './keys.ts';
import { decodeRead, encodeRead, type NodeRead, READ_NUMBERS } from './report.ts';
import { SCOPE_NAMES } from './scopes.ts';

const life = { node: 'n1', epoch: 'e1' };
const OUTCOMES = ['hit', 'late-hit', 'miss'] as const;

test('every read of every row arrives as it was', () => {
  const numbers: number[] = [];
  const reads = KEYS.flatMap((_, key) =>
    SCOPE_NAMES.flatMap((_name, scope) =>
      OUTCOMES.map((outcome): NodeRead => {
        const times = { invokedUs: 9_000_000_000 + key, respondedUs: 9_000_000_007 + 2 * key };
        return { scope, key, revision: key + 1, write: 70_000_000 + scope, ...times, outcome };
      }),
    ),
  );
  for (const read of reads) encodeRead(read, numbers);
  expect(numbers).toHaveLength(reads.length * READ_NUMBERS);
  expect(reads.map((_, index) => decodeRead(numbers, index * READ_NUMBERS, life))).toEqual(
    reads.map(({ scope, key, write, ...read }) => ({
      ...life,
      ...read,
      scope: SCOPE_NAMES[scope],
      key: KEYS[key],
      writeId: String(write),
    })),
  );
});

test('a row that was never written is from disk', () => {
  const numbers: number[] = [];
  const read = { scope: 0, key: 0, revision: 1, invokedUs: 1, respondedUs: 2 };
  encodeRead({ ...read, write: 0, outcome: 'miss' }, numbers);
  expect(decodeRead(numbers, 0, life).writeId).toBe('disk');
});
