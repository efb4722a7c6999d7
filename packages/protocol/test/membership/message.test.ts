import { LIMITS } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { INCARNATION_MAX } from '../../src/membership/member.js';
import {
  isUpdateWithin,
  MEMBERSHIP_MESSAGE_LIMITS,
  partsOf,
  updateBytes,
} from '../../src/membership/message.js';
import { alive, gone, originOf } from './words.js';

const a = originOf('a');

describe('an update', () => {
  it.each([
    [0, true],
    [INCARNATION_MAX, true],
    [INCARNATION_MAX + 1, false],
    [-1, false],
    [0.5, false],
    [Number.NaN, false],
  ])('with incarnation %d is within its bounds: %s', (incarnation, isWithin) => {
    expect(isUpdateWithin(gone('dead', a, incarnation))).toBe(isWithin);
  });

  it('has at most 16 addresses of 256 characters, and metadata within its limits', () => {
    const address = 'x'.repeat(LIMITS.addressCharsMax);
    const addresses = Array<string>(LIMITS.addressesPerNodeMax).fill(address);
    expect(isUpdateWithin({ ...alive(a), addresses })).toBe(true);
    expect(isUpdateWithin({ ...alive(a), addresses: [...addresses, 'y'] })).toBe(false);
    expect(isUpdateWithin({ ...alive(a), addresses: [`${address}x`] })).toBe(false);
    expect(isUpdateWithin({ ...alive(a), metadata: { k: 'v'.repeat(257) } })).toBe(false);
  });
});

describe('a table', () => {
  it('is cut into parts within their bounds, in order', () => {
    const updates = Array.from({ length: 50 }, (_, i) => gone('dead', originOf(`n${i}`)));
    const parts = partsOf(updates, 1_000);
    expect(parts.flat()).toEqual(updates);
    expect(parts.length).toBeGreaterThan(5);
    for (const part of parts)
      expect(part.reduce((sum, one) => sum + updateBytes(one), 0)).toBeLessThanOrEqual(1_000);
  });

  it('has as many updates in a part as are allowed, and not one more', () => {
    const { membersMax } = MEMBERSHIP_MESSAGE_LIMITS;
    const updates = Array.from({ length: membersMax + 1 }, (_, i) =>
      gone('dead', originOf(`n${i}`)),
    );
    const parts = partsOf(updates, Number.POSITIVE_INFINITY);
    expect(parts.map(({ length }) => length)).toEqual([membersMax, 1]);
  });

  it('has a part for an update that is larger than a part', () => {
    expect(partsOf([alive(a), alive(a)], 1)).toEqual([[alive(a)], [alive(a)]]);
    expect(partsOf([], 1)).toEqual([]);
  });
});
