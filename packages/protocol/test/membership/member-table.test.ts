import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Member, MemberState } from '../../src/membership/member.js';
import { MemberTable } from '../../src/membership/member-table.js';
import { MEMBERSHIP_DEFAULTS } from '../../src/membership/options.js';
import { memberOf, originOf } from './words.js';

function table(options: Partial<typeof MEMBERSHIP_DEFAULTS> = {}) {
  const forgotten: Member[] = [];
  const made = new MemberTable({ ...MEMBERSHIP_DEFAULTS, ...options }, (member) =>
    forgotten.push(member),
  );
  return { made, forgotten };
}

describe('a member table', () => {
  it('is ordered by node, then epoch, however it came about', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(5)), { selector: String }), (pairs) => {
        const { made } = table();
        for (const [node, life] of pairs) made.enter(memberOf(originOf(`n${node}`, life)), 0);
        const keys = made.ordered.map(({ origin }) => `${origin.node}#${origin.epoch}`);
        expect(keys).toEqual(keys.toSorted());
        expect(keys).toHaveLength(pairs.length);
      }),
    );
  });

  it('counts states as it holds them', () => {
    const state = fc.constantFrom<MemberState[]>('alive', 'suspect', 'dead', 'left');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), state)), (steps) => {
        const { made } = table();
        for (const [node, to] of steps) made.update(memberOf(originOf(`n${node}`), { state: to }));
        for (const one of ['alive', 'suspect', 'dead', 'left'] as const)
          expect(made.count(one)).toBe(made.ordered.filter(({ state: is }) => is === one).length);
        expect(made.living).toBe(made.count('alive') + made.count('suspect'));
      }),
    );
  });

  it('takes in membersMax living members, and not one more', () => {
    const { made } = table({ membersMax: 3 });
    for (let i = 0; i < 3; i++) expect(made.enter(memberOf(originOf(`n${i}`)), 0)).toBe(true);
    expect(made.enter(memberOf(originOf('late')), 0)).toBe(false);
    expect(made.size).toBe(3);
  });

  it('makes room by forgetting whoever has been gone for the longest', () => {
    const { made, forgotten } = table({ membersMax: 3 });
    made.enter(memberOf(originOf('living')), 0);
    made.enter(memberOf(originOf('later'), { state: 'dead', sinceMs: 20 }), 0);
    made.enter(memberOf(originOf('first'), { state: 'left', sinceMs: 10 }), 0);
    expect(made.enter(memberOf(originOf('new')), 30)).toBe(true);
    expect(forgotten.map(({ origin, reason }) => [origin.node, reason])).toEqual([
      ['first', 'expired'],
    ]);
    expect(made.tombstones.size).toBe(1);
  });

  it('remembers the dead for their time, then a tombstone', () => {
    const { made, forgotten } = table({ deadRememberedMs: 1_000, tombstoneMs: 5_000 });
    made.enter(memberOf(originOf('dead'), { state: 'dead', sinceMs: 0 }), 0);
    made.forget(999);
    expect(forgotten).toHaveLength(0);
    made.forget(1_000);
    expect([forgotten.length, made.size, made.tombstones.size]).toEqual([1, 0, 1]);
    made.forget(6_000);
    expect(made.tombstones.size).toBe(0);
  });

  it('knows the living processes of one name', () => {
    const { made } = table();
    made.enter(memberOf(originOf('a', 1)), 0);
    made.enter(memberOf(originOf('a', 2), { state: 'suspect' }), 0);
    made.enter(memberOf(originOf('a', 3), { state: 'dead' }), 0);
    made.enter(memberOf(originOf('b', 1)), 0);
    expect(made.livesOf(originOf('a').node)).toHaveLength(2);
  });
});
