import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  claimOf,
  type Incarnation,
  isLiving,
  type MemberClaim,
  type MemberState,
  TRANSITIONS,
} from '../../src/membership/member.js';

interface Known {
  readonly state: MemberState;
  readonly incarnation: Incarnation;
}

/** What the table makes of a claim. */
function after(known: Known, claim: Known): Known {
  const next = TRANSITIONS[known.state][claimOf(claim.state, claim.incarnation, known.incarnation)];
  if (next === 'kept') return known;
  const { incarnation } = claim.incarnation > known.incarnation ? claim : known;
  return { state: next, incarnation };
}

const claim: fc.Arbitrary<Known> = fc.record({
  state: fc.constantFrom<MemberState[]>('alive', 'suspect', 'dead', 'left'),
  incarnation: fc.nat(4).map((number) => number as Incarnation),
});

describe('the states of a member', () => {
  const expected: Record<MemberState, Partial<Record<MemberClaim, MemberState>>> = {
    alive: {
      'alive newer': 'alive',
      'suspect newer': 'suspect',
      'suspect same': 'suspect',
      'dead newer': 'dead',
      'dead same': 'dead',
      left: 'left',
    },
    suspect: {
      'alive newer': 'alive',
      'suspect newer': 'suspect',
      'dead newer': 'dead',
      'dead same': 'dead',
      left: 'left',
    },
    dead: {
      'alive newer': 'alive',
      'suspect newer': 'suspect',
      'dead newer': 'dead',
      left: 'left',
    },
    left: {},
  };

  for (const state of Object.keys(expected) as MemberState[])
    for (const heard of Object.keys(TRANSITIONS[state]) as MemberClaim[])
      it(`${state}, on "${heard}": ${expected[state][heard] ?? 'kept'}`, () => {
        expect(TRANSITIONS[state][heard]).toBe(expected[state][heard] ?? 'kept');
      });

  it('do not depend on the order in which claims are heard, nor on hearing one twice', () => {
    fc.assert(
      fc.property(
        fc.array(claim, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (claims, dice) => {
          const start: Known = { state: 'alive', incarnation: 0 as Incarnation };
          const shuffled = claims
            .map((one) => ({ one, place: dice.next().value }))
            .sort((a, b) => a.place - b.place)
            .map(({ one }) => one);
          const end = claims.reduce(after, start);
          const other = [...shuffled, ...claims.slice(0, 2)].reduce(after, start);
          expect(other.state).toBe(end.state);
          // Of who left nothing more is of interest.
          if (end.state !== 'left') expect(other.incarnation).toBe(end.incarnation);
        },
      ),
    );
  });

  it('never let an incarnation fall, and only a higher one brings the dead back', () => {
    fc.assert(
      fc.property(claim, claim, (known, heard) => {
        const next = after(known, heard);
        expect(next.incarnation).toBeGreaterThanOrEqual(known.incarnation);
        if (known.state === 'dead' && isLiving(next.state))
          expect(heard.incarnation).toBeGreaterThan(known.incarnation);
        if (known.state === 'left') expect(next.state).toBe('left');
      }),
    );
  });
});
