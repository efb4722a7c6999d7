import { ConfigInvalidError } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import {
  MEMBERSHIP_DEFAULTS,
  MEMBERSHIP_RANGES,
  type MembershipOptions,
  membershipOptions,
} from '../../src/membership/options.js';

describe('the options of the membership machine', () => {
  it('fill in their defaults', () => {
    expect(membershipOptions({})).toEqual(MEMBERSHIP_DEFAULTS);
    expect(membershipOptions({ tickMs: 7 }).tickMs).toBe(7);
  });

  it.each(Object.entries(MEMBERSHIP_RANGES))(
    '%s is taken at its bounds and refused one past them',
    (name, [min, max]) => {
      const field = name as keyof MembershipOptions;
      for (const value of [min, max])
        expect(membershipOptions({ [field]: value })[field]).toBe(value);
      for (const value of [min - 1, max + 1, Number.NaN])
        expect(() => membershipOptions({ [field]: value })).toThrow(
          new ConfigInvalidError(`${field} ${value} is not valid: use ${min} to ${max}`),
        );
    },
  );
});
