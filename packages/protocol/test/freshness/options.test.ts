import { ConfigInvalidError } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { FRESHNESS_DEFAULTS, resolveOptions } from '../../src/freshness/options.js';

describe('the options of the freshness machine', () => {
  it('fill in their defaults', () => {
    expect(resolveOptions({ logged: true })).toEqual({ logged: true, ...FRESHNESS_DEFAULTS });
    expect(resolveOptions({ logged: false, rowsMax: 7 }).rowsMax).toBe(7);
  });

  it.each([
    ['rowsMax', 1, 65_536],
    ['historyMax', 2, 1_048_576],
    ['jitterRatio', 0, 1],
  ] as const)('%s is taken at its bounds and refused one past them', (field, min, max) => {
    for (const value of [min, max])
      expect(resolveOptions({ logged: true, [field]: value })[field]).toBe(value);
    for (const value of [min - 1, max + 1, Number.NaN])
      expect(() => resolveOptions({ logged: true, [field]: value })).toThrow(
        new ConfigInvalidError(`${field} ${value} is not valid: use ${min} to ${max}`),
      );
  });
});
