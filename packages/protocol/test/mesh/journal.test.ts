import { originId } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventBytes, Journal } from '../../src/mesh/journal.js';
import { type EventRun, MESSAGE_LIMITS, type SequenceRange } from '../../src/mesh/message.js';
import { announce, originOf, range } from './words.js';

const [A, B, C] = [originOf('a'), originOf('b'), originOf('c')];
const PLENTY = { journalEventsMax: 10_000, journalBytesMax: 1_000_000_000 };
const ALL = Number.POSITIVE_INFINITY;

function filled(options = PLENTY, ...events: [typeof A, number][]): Journal {
  const journal = new Journal(options);
  for (const [origin, sequence] of events) journal.add(origin, sequence, announce('k'));
  return journal;
}

const names = (runs: readonly EventRun[]) =>
  runs.flatMap(({ origin, first, announcements }) =>
    announcements.map((_, i) => `${originId(origin)} ${first + i}`),
  );
const spelled = (ranges: readonly SequenceRange[]) =>
  ranges.flatMap(({ origin, from, to }) =>
    Array.from({ length: to - from + 1 }, (_, i) => `${originId(origin)} ${from + i}`),
  );

const event = fc.tuple(fc.constantFrom(A, B), fc.integer({ min: 1, max: 200 }));
const asked = fc
  .tuple(fc.constantFrom(A, B, C), fc.integer({ min: 1, max: 200 }), fc.nat(150))
  .map(([origin, from, length]) => range(origin, from, from + length));

describe('Journal', () => {
  it('answers every asked sequence: held or missing, in the order asked', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 150 }), asked, (events, one) => {
        const journal = filled(PLENTY, ...events);
        const held = new Set(events.map(([origin, s]) => `${originId(origin)} ${s}`));
        const { runs, missing } = journal.read([one], ALL);
        expect(names(runs)).toEqual(spelled([one]).filter((name) => held.has(name)));
        expect(spelled(missing)).toEqual(spelled([one]).filter((name) => !held.has(name)));
      }),
    );
  });

  it('answers a beginning when the budget is small, and all of it by asking again for the rest', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 60 }),
        asked,
        fc.integer({ min: 0, max: 1_500 }),
        (events, one, budget) => {
          const journal = filled(PLENTY, ...events);
          const held = new Set(events.map(([origin, s]) => `${originId(origin)} ${s}`));
          const got: string[] = [];
          let from = one.from as number;
          while (from <= one.to) {
            const { runs, missing } = journal.read([range(one.origin, from, one.to)], budget);
            const count = names(runs).length + spelled(missing).length;
            expect(count).toBeGreaterThan(0);
            got.push(...names(runs));
            from += count;
          }
          expect(got).toEqual(spelled([one]).filter((name) => held.has(name)));
        },
      ),
    );
  });

  it('sends one event although it alone exceeds the budget, so that every pull brings something', () => {
    const { runs, missing } = filled(PLENTY, [A, 1], [A, 2]).read([range(A, 1, 2)], 1);
    expect(names(runs)).toEqual([`${originId(A)} 1`]);
    expect(missing).toEqual([]);
  });

  it('stops at eventsMax events and runsMax runs', () => {
    const dense = new Journal(PLENTY);
    for (let s = 1; s <= MESSAGE_LIMITS.eventsMax + 1; s++) dense.add(A, s, announce('k'));
    const many = dense.read([range(A, 1, MESSAGE_LIMITS.eventsMax + 1)], ALL);
    expect(names(many.runs)).toHaveLength(MESSAGE_LIMITS.eventsMax);
    const sparse = new Journal(PLENTY);
    for (let i = 0; i <= MESSAGE_LIMITS.runsMax; i++) sparse.add(A, 2 * i + 1, announce('k'));
    const { runs, missing } = sparse.read([range(A, 1, 2 * MESSAGE_LIMITS.runsMax + 1)], ALL);
    expect(runs).toHaveLength(MESSAGE_LIMITS.runsMax);
    expect(missing.length).toBeLessThanOrEqual(MESSAGE_LIMITS.pullRangesMax);
  });

  it('answers a range up to 2^53-1 by what it holds, not by counting', () => {
    const { runs, missing } = filled(PLENTY, [A, 3]).read(
      [range(A, 1, Number.MAX_SAFE_INTEGER), range(B, 1, Number.MAX_SAFE_INTEGER)],
      ALL,
    );
    expect(names(runs)).toEqual([`${originId(A)} 3`]);
    expect(missing).toEqual([
      range(A, 1, 2),
      range(A, 4, Number.MAX_SAFE_INTEGER),
      range(B, 1, Number.MAX_SAFE_INTEGER),
    ]);
  });

  it('forgets the oldest at journalEventsMax and not before', () => {
    const journal = filled({ ...PLENTY, journalEventsMax: 3 }, [A, 1], [B, 1], [A, 2]);
    expect(journal.read([range(A, 1, 2)], ALL).missing).toEqual([]);
    journal.add(A, 3, announce('k'));
    expect(journal.read([range(A, 1, 3)], ALL).missing).toEqual([range(A, 1)]);
    expect(journal.events).toBe(3);
  });

  it('forgets the oldest at journalBytesMax and not before', () => {
    const journalBytesMax = 2 * eventBytes(announce('k'));
    const journal = filled({ ...PLENTY, journalBytesMax }, [A, 1], [A, 2]);
    expect(journal.read([range(A, 1, 2)], ALL).missing).toEqual([]);
    journal.add(A, 3, announce('k'));
    expect(journal.read([range(A, 1, 3)], ALL).missing).toEqual([range(A, 1)]);
  });

  it('keeps the newest event of every origin, so that every head told of can be backed (F8)', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 100 }), (events) => {
        const journal = filled({ ...PLENTY, journalEventsMax: 2 }, ...events);
        for (const origin of [A, B]) {
          const newest = Math.max(0, ...events.filter(([o]) => o === origin).map(([, s]) => s));
          if (newest > 0) expect(journal.read([range(origin, newest)], ALL).missing).toEqual([]);
        }
        expect(journal.events).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('holds one event of an origin beyond the ring, not more', () => {
    const journal = filled({ ...PLENTY, journalEventsMax: 1 }, [A, 1], [B, 1], [A, 2], [B, 2]);
    expect(names(journal.read([range(A, 1, 2), range(B, 1, 2)], ALL).runs)).toEqual([
      `${originId(A)} 2`,
      `${originId(B)} 2`,
    ]);
  });

  it('forgets an origin at once when told to, and can hold it again', () => {
    const journal = filled(PLENTY, [A, 1]);
    journal.forget(originId(A));
    expect(journal.origins).toBe(0);
    expect(journal.read([range(A, 1)], ALL).runs).toEqual([]);
    journal.add(A, 1, announce('k'));
    expect(journal.read([range(A, 1)], ALL).missing).toEqual([]);
  });
});
