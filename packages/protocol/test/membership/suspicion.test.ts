import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/membership/member.js';
import { MEMBERSHIP_DEFAULTS } from '../../src/membership/options.js';
import { type Bench, Suspicion, suspicionTimeoutMs } from '../../src/membership/suspicion.js';

const SILENT_MIN_MS = MEMBERSHIP_DEFAULTS.stallToleranceMs + MEMBERSHIP_DEFAULTS.refutationMs;
const SILENT_MAX_MS = SILENT_MIN_MS * MEMBERSHIP_DEFAULTS.suspicionMaxFactor;
const CLOSED_MS = MEMBERSHIP_DEFAULTS.closedMs;
const MANY: Bench = { accusersMax: 10, linked: false };

function suspicion(...accusers: Evidence[]): Suspicion {
  const made = new Suspicion(MEMBERSHIP_DEFAULTS, 0);
  for (const [i, evidence] of accusers.entries()) made.accuse(`accuser ${i}`, evidence);
  return made;
}

describe('the time of a suspicion', () => {
  it.each([
    [0, 3, 10_000],
    [1, 3, 7_500],
    [2, 3, 6_038],
    [3, 3, 5_000],
    [0, 1, 10_000],
    [1, 1, 5_000],
    [0, 0, 5_000],
  ])('with %i of %i confirmations is %i ms between 5 and 10 s', (confirmations, expected, ms) => {
    expect(Math.round(suspicionTimeoutMs(confirmations, expected, 5_000, 10_000))).toBe(ms);
  });

  it('never grows with a confirmation, and stays within its bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.nat(15), (expected, c) => {
        const confirmations = Math.min(c, expected - 1);
        const before = suspicionTimeoutMs(confirmations, expected, 5_000, 10_000);
        const after = suspicionTimeoutMs(confirmations + 1, expected, 5_000, 10_000);
        expect(after).toBeLessThanOrEqual(before);
        expect(after).toBeGreaterThanOrEqual(5_000);
        expect(before).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});

describe('a suspicion', () => {
  it('by silence never ends before a stall is tolerated and refuted, whoever confirms it', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (accusers, accusersMax) => {
        const silent = suspicion('silent', ...Array<Evidence>(accusers).fill('silent'));
        const dueMs = silent.dueMs({ accusersMax, linked: false });
        expect(dueMs).toBeGreaterThanOrEqual(SILENT_MIN_MS);
        expect(dueMs).toBeLessThanOrEqual(SILENT_MAX_MS);
      }),
    );
  });

  it.each<[string, Evidence[], Bench, number]>([
    ['one accuser, silent', ['silent'], MANY, SILENT_MAX_MS],
    ['four accusers, silent', ['silent', 'silent', 'silent', 'silent'], MANY, SILENT_MIN_MS],
    [
      'one of two who could: the other one has to confirm',
      ['silent'],
      { ...MANY, accusersMax: 2 },
      SILENT_MAX_MS,
    ],
    ['both of two who could', ['silent', 'silent'], { ...MANY, accusersMax: 2 }, SILENT_MIN_MS],
    ['nobody else could confirm', ['silent'], { ...MANY, accusersMax: 1 }, SILENT_MIN_MS],
    ['one closed link may be its own fault', ['closed'], MANY, SILENT_MAX_MS],
    [
      'one closed link where nobody else could see one',
      ['closed'],
      { ...MANY, accusersMax: 1 },
      CLOSED_MS,
    ],
    ['two closed links', ['closed', 'closed'], MANY, CLOSED_MS],
    ['two closed links among silence', ['silent', 'closed', 'silent', 'closed'], MANY, CLOSED_MS],
    ['two closed links, but here is one', ['closed', 'closed'], { ...MANY, linked: true }, 7_500],
  ])('%s', (_, accusers, bench, dueMs) => {
    expect(suspicion(...accusers).dueMs(bench)).toBe(dueMs);
  });

  it('counts an accuser once, or again when it has seen more', () => {
    const one = suspicion('silent');
    expect(one.accuse('accuser 0', 'silent')).toBe(false);
    expect(one.accuse('accuser 0', 'closed')).toBe(true);
    expect(one.accuse('accuser 0', 'silent')).toBe(false);
    expect(one.accusers).toBe(1);
  });

  it('takes back a closed link that is open again', () => {
    const one = suspicion('closed', 'closed');
    one.retractClosed('accuser 0');
    expect(one.dueMs(MANY)).toBeGreaterThanOrEqual(SILENT_MIN_MS);
  });

  it('remembers at most the accusers that matter', () => {
    const one = suspicion(...Array<Evidence>(100).fill('silent'));
    expect(one.accusers).toBe(MEMBERSHIP_DEFAULTS.confirmationsMax + 1);
    for (let i = 0; i < 100; i++) one.accuse(`late ${i}`, 'closed');
    expect(one.accusers).toBe(MEMBERSHIP_DEFAULTS.confirmationsMax + 3);
    expect(one.dueMs(MANY)).toBe(CLOSED_MS);
  });

  it('gets the time on top in which this node stood still', () => {
    const one = suspicion('silent');
    one.extend(30_000);
    expect(one.dueMs(MANY)).toBe(SILENT_MAX_MS + 30_000);
  });
});
