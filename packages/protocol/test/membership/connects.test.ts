import { originId } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { Connects } from '../../src/membership/connects.js';
import type { Member } from '../../src/membership/member.js';
import { MEMBERSHIP_DEFAULTS } from '../../src/membership/options.js';
import { Random } from '../../src/membership/random.js';
import { memberOf, originOf } from './words.js';

function connects(...members: Member[]) {
  const made = new Connects(MEMBERSHIP_DEFAULTS, new Random());
  const known = new Map(members.map((member) => [originId(member.origin), member]));
  return { made, due: (nowMs: number) => made.due((id) => known.get(id), nowMs) };
}

const a = memberOf(originOf('a'));
const id = originId(a.origin);

describe('requests to connect', () => {
  it('go on for as long as the member is known, with pauses that grow up to a cap', () => {
    const { made, due } = connects(a);
    made.want(id, 'now', 0);
    const times: number[] = [];
    for (let atMs = 0; atMs < 60_000; atMs += 10) if (due(atMs).length > 0) times.push(atMs);
    const pauses = times.slice(1).map((atMs, i) => atMs - (times[i] ?? 0));
    expect(pauses[0]).toBeLessThanOrEqual(MEMBERSHIP_DEFAULTS.connectMinMs + 10);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(MEMBERSHIP_DEFAULTS.connectMaxMs + 10);
    expect(Math.min(...pauses.slice(5))).toBeGreaterThanOrEqual(
      MEMBERSHIP_DEFAULTS.connectMaxMs / 2,
    );
    expect(times.at(-1)).toBeGreaterThan(57_000);
  });

  it('are not more than allowed at a time, and nobody is passed over', () => {
    const members = Array.from({ length: 40 }, (_, i) => memberOf(originOf(`n${i}`)));
    const { made, due } = connects(...members);
    for (const member of members) made.want(originId(member.origin), 'now', 0);
    const asked = [due(1), due(2), due(3)];
    expect(asked.map(({ length }) => length)).toEqual([16, 16, 8]);
    expect(new Set(asked.flat()).size).toBe(40);
  });

  it('wait for a pause where a member was only heard of', () => {
    const { made, due } = connects(a);
    made.want(id, 'soon', 0);
    expect(due(0)).toEqual([]);
    expect(due(MEMBERSHIP_DEFAULTS.connectMinMs)).toEqual([a]);
  });

  it('wait for the longest pause where the other side dials first', () => {
    const { made, due } = connects(a);
    made.want(id, 'late', 0);
    expect(due(MEMBERSHIP_DEFAULTS.connectMaxMs / 2 - 1)).toEqual([]);
    expect(due(MEMBERSHIP_DEFAULTS.connectMaxMs)).toEqual([a]);
  });

  it('are not made without an address, nor for who is unknown', () => {
    const { made, due } = connects(memberOf(originOf('a'), { addresses: [] }));
    made.want(id, 'now', 0);
    made.want('b#0', 'now', 0);
    expect(due(1)).toEqual([]);
    expect(made.size).toBe(1);
  });

  it('stop when they are not wanted any more', () => {
    const { made, due } = connects(a);
    made.want(id, 'now', 0);
    made.delete(id);
    expect(due(1)).toEqual([]);
  });
});
