import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventBytes } from '../../src/mesh/journal.js';
import { MESSAGE_LIMITS } from '../../src/mesh/message.js';
import { runsOf } from '../../src/mesh/runs.js';
import { announce, originOf } from './words.js';

const O = originOf('o');
const ONE = eventBytes(announce('k'));

describe('runsOf', () => {
  it('splits without losing, reordering or renumbering', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 0, max: 1_000 }), (count, bytesMax) => {
        const announcements = Array.from({ length: count }, (_, i) => announce(`k${i}`));
        const runs = runsOf(O, 5, announcements, bytesMax);
        expect(runs.flatMap((run) => run.announcements)).toEqual(announcements);
        let next = 5;
        for (const run of runs) {
          expect(run.first).toBe(next);
          expect(run.announcements.length).toBeGreaterThan(0);
          next += run.announcements.length;
        }
      }),
    );
  });

  it('ends a run with the event that passes bytesMax', () => {
    const four = Array.from({ length: 4 }, () => announce('k'));
    expect(runsOf(O, 1, four, 2 * ONE).map((run) => run.announcements.length)).toEqual([3, 1]);
    expect(runsOf(O, 1, four, 4 * ONE).map((run) => run.announcements.length)).toEqual([4]);
  });

  it('ends a run at eventsMax events', () => {
    const { eventsMax } = MESSAGE_LIMITS;
    const many = Array.from({ length: eventsMax + 1 }, () => announce('k'));
    expect(runsOf(O, 1, many.slice(1), 1e9)).toHaveLength(1);
    expect(runsOf(O, 1, many, 1e9).map((run) => run.announcements.length)).toEqual([eventsMax, 1]);
  });
});
