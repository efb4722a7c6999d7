import { describe, expect, it } from 'vitest';
import {
  checkMetadata,
  METADATA_LIMITS,
  type Metadata,
  MetadataTooLargeError,
  metadataBytes,
  metadataProblem,
  sameMetadata,
} from '../../src/membership/metadata.js';

function entries(count: number, valueChars = 1): Metadata {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`k${i}`, 'v'.repeat(valueChars)]),
  );
}

describe('metadata', () => {
  it.each<[string, Metadata, Metadata]>([
    ['entries', entries(16), entries(17)],
    ['characters in a key', { ['k'.repeat(64)]: '' }, { ['k'.repeat(65)]: '' }],
    ['at least one character in a key', { k: '' }, { '': '' }],
    ['characters in a value', { k: 'v'.repeat(256) }, { k: 'v'.repeat(257) }],
    [
      'bytes',
      { ...entries(8, 253), l: 'é'.repeat(3), m: '' },
      { ...entries(8, 253), l: 'é'.repeat(4) },
    ],
    ['well-formed Unicode', { k: '\ud83d\ude00' }, { k: '\ud83d' }],
  ])('is bounded: %s', (_, within, beyond) => {
    expect(metadataProblem(within)).toBeUndefined();
    expect(metadataProblem(beyond)).toBeDefined();
    expect(() => checkMetadata(beyond)).toThrow(MetadataTooLargeError);
  });

  it('has 2,048 bytes at most, keys and values together', () => {
    const full = { ...entries(8, 253), l: 'é'.repeat(3), m: '' };
    expect(metadataBytes(full)).toBe(METADATA_LIMITS.bytesMax);
  });

  it('says in one line what is wrong', () => {
    expect(() => checkMetadata(entries(17))).toThrow('metadata has 17 entries; the limit is 16');
    expect(new MetadataTooLargeError('').code).toBe('HEARSAY_METADATA_TOO_LARGE');
  });

  it('is the same by its entries', () => {
    expect(sameMetadata({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
    expect(sameMetadata({ a: '1' }, { a: '1', b: '2' })).toBe(false);
    expect(sameMetadata({ a: '1' }, { b: '1' })).toBe(false);
  });
});
