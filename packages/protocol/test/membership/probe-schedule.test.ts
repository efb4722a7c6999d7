import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProbeSchedule } from '../../src/membership/probe-schedule.js';
import { Random } from '../../src/membership/random.js';

function schedule(members: number, seed = 0.5): ProbeSchedule {
  const random = new Random();
  random.feed(seed);
  const made = new ProbeSchedule(random);
  for (let i = 0; i < members; i++) made.add(`m${i}`);
  return made;
}

const seed = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a probe schedule', () => {
  it('takes everyone once before anyone twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        seed,
        (members, count, first) => {
          const one = schedule(members, first);
          let taken: string[] = [];
          for (let i = 0; i < 100; i++) taken = [...taken, ...one.take(Math.min(count, members))];
          for (let from = 0; from + members <= taken.length; from++)
            expect(new Set(taken.slice(from, from + members)).size).toBe(members);
        },
      ),
    );
  });

  it('takes each at most once at a time, and a bounded number', () => {
    fc.assert(
      fc.property(fc.nat(10), fc.nat(20), fc.array(fc.nat(12)), (members, count, urgent) => {
        const one = schedule(members);
        for (const i of urgent) one.hasten(`m${i}`);
        const taken = one.take(count);
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken.length).toBeLessThanOrEqual(2 * count);
      }),
    );
  });

  it('does not lose its place when members come and go', () => {
    fc.assert(
      fc.property(seed, fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (first, steps) => {
        const one = schedule(10, first);
        // m0 … m9 come and go; those called s stay, and are met once a round.
        for (let i = 0; i < 5; i++) one.add(`s${i}`);
        let sinceMet = 0;
        for (const [comes, i] of steps) {
          if (comes) one.add(`m${i}`);
          else one.remove(`m${i}`);
          sinceMet = one.take(1).includes('s3') ? 0 : sinceMet + 1;
          expect(sinceMet).toBeLessThanOrEqual(15);
        }
      }),
    );
  });

  it('takes who is urgent first, once, and nobody who was not added', () => {
    const one = schedule(20);
    one.hasten('m7');
    one.hasten('stranger');
    expect(one.take(1)[0]).toBe('m7');
    one.hasten('m8');
    one.remove('m8');
    expect(one.take(20)).not.toContain('m8');
  });

  it('has an order of its own for each seed', () => {
    expect(schedule(20, 0.1).take(20)).not.toEqual(schedule(20, 0.2).take(20));
  });
});
