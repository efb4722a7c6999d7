import { ConfigInvalidError, NameInvalidError } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import type { CacheOptions } from '../src/index.js';
import { settingsOf } from '../src/settings.js';
import { FakeClock, FakeFreshness, FakeRight } from './fakes.js';

const base: CacheOptions = {
  scope: 'table',
  clock: new FakeClock(),
  ttlMs: 100,
  consistency: 'eventual',
};
const freshness = new FakeFreshness();
const withRight = Object.assign(new FakeFreshness(), { right: new FakeRight() });
const strict = { strict: { leaseMs: 1000 } };

describe('settingsOf', () => {
  it.each<[string, object]>([
    ['clock', { clock: undefined }],
    ['ttlMs', { ttlMs: 0 }],
    ['ttlMs', { ttlMs: Number.NaN }],
    ['ttlMs', { ttlMs: Infinity }],
    ['ttlMs', { ttlMs: undefined }],
    ['negativeTtlMs', { negativeTtlMs: -1 }],
    ['negativeTtlMs', { negativeTtlMs: 101 }],
    ['refreshAfterMs', { refreshAfterMs: 0 }],
    ['refreshAfterMs', { refreshAfterMs: 100 }],
    ['refreshAfterMs', { refreshAfterMs: Infinity }],
    ['entriesMax', { entriesMax: 0 }],
    ['entriesMax', { entriesMax: 1.5 }],
    ['entriesMax', { entriesMax: 2 ** 24 + 1 }],
    ['ticketRingMax', { ticketRingMax: 0 }],
    ['ticketRingMax', { ticketRingMax: 2 ** 20 + 1 }],
    ['loadTimeoutMs', { loadTimeoutMs: 0 }],
    ['loadTimeoutMs', { loadTimeoutMs: 2 ** 31 }],
    ['consistency', { consistency: 'strong' }],
    ['consistency', { consistency: { boundedMs: -1 }, freshness }],
    ['consistency', { consistency: { boundedMs: Infinity }, freshness }],
    ['consistency', { consistency: undefined }],
    ['consistency', { consistency: { strict: { leaseMs: 249 } }, freshness: withRight }],
    ['consistency', { consistency: { strict: { leaseMs: 60_001 } }, freshness: withRight }],
    ['consistency', { consistency: { strict: { leaseMs: 1000.5 } }, freshness: withRight }],
    ['consistency', { consistency: { strict: {} }, freshness: withRight }],
    ['consistency', { consistency: { strict: true }, freshness: withRight }],
    ['freshness', { consistency: { boundedMs: 1 } }],
    ['freshness', { consistency: { strict: { leaseMs: 1000 } } }],
    ['freshness', { consistency: { strict: { leaseMs: 0 } }, freshness }],
    ['refreshAfterMs', { consistency: strict, freshness: withRight, refreshAfterMs: 50 }],
    ['onDark', { consistency: strict, freshness: withRight, onDark: 'stale' }],
    ['onDark', { consistency: strict, freshness: withRight, onDark: 'refuse' }],
    ['onDark', { onDark: 'stale' }],
    ['onDark', { onDark: 'serve', consistency: { boundedMs: 1 }, freshness }],
  ])('names %s when it cannot work: %j', (field, change) => {
    const options = { ...base, ...change } as CacheOptions;
    expect(() => settingsOf(options)).toThrow(ConfigInvalidError);
    expect(() => settingsOf(options)).toThrow(` ${field} `);
  });

  it('names a field that there is not, and those that there are', () => {
    const options = { ...base, bounded: 3 } as CacheOptions;
    expect(() => settingsOf(options)).toThrow(/option "bounded" is unknown: use scope, clock, /);
  });

  it.each<[object]>([
    [{ ttlMs: 0.001 }],
    [{ negativeTtlMs: 100 }],
    [{ refreshAfterMs: 99.9 }],
    [{ entriesMax: 1 }],
    [{ entriesMax: 2 ** 24 }],
    [{ ticketRingMax: 1 }],
    [{ ticketRingMax: 2 ** 20 }],
    [{ loadTimeoutMs: 2 ** 31 - 1 }],
    [{ consistency: { boundedMs: 0 }, freshness, onDark: 'stale' }],
    [{ consistency: { strict: { leaseMs: 0 } }, freshness: withRight }],
    [{ consistency: { strict: { leaseMs: 250 } }, freshness: withRight }],
    [{ consistency: { strict: { leaseMs: 60_000 } }, freshness: withRight }],
  ])('takes what stands at a bound: %j', (change) => {
    expect(settingsOf({ ...base, ...change })).toMatchObject({ scope: 'table' });
  });

  it('refuses a scope that is not a name', () => {
    expect(() => settingsOf({ ...base, scope: 'A b' })).toThrow(NameInvalidError);
  });
});
