import { ConfigInvalidError, NameInvalidError } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import type { CacheOptions } from '../src/index.js';
import { settingsOf } from '../src/settings.js';
import { FakeClock, FakeFreshness } from './fakes.js';

const base: CacheOptions = {
  scope: 'table',
  clock: new FakeClock(),
  ttlMs: 100,
  consistency: 'eventual',
};
const freshness = new FakeFreshness();

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
    ['freshness', { consistency: { boundedMs: 1 } }],
    ['onDark', { onDark: 'stale' }],
    ['onDark', { onDark: 'serve', consistency: { boundedMs: 1 }, freshness }],
  ])('names %s when it cannot work: %j', (field, change) => {
    const options = { ...base, ...change } as CacheOptions;
    expect(() => settingsOf(options)).toThrow(ConfigInvalidError);
    expect(() => settingsOf(options)).toThrow(` ${field} `);
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
  ])('takes what stands at a bound: %j', (change) => {
    expect(settingsOf({ ...base, ...change })).toMatchObject({ scope: 'table' });
  });

  it('refuses a scope that is not a name', () => {
    expect(() => settingsOf({ ...base, scope: 'A b' })).toThrow(NameInvalidError);
  });
});
