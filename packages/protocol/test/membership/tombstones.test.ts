import { originId } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { Tombstones } from '../../src/membership/tombstones.js';
import { incarnationOf, originOf } from './words.js';

const a = originOf('a');
const id = originId(a);

describe('tombstones', () => {
  it('refuse what is not newer than the death', () => {
    const stones = new Tombstones({ tombstonesMax: 8, tombstoneMs: 1_000 });
    stones.bury(a, incarnationOf(3), false, 0);
    expect([2, 3, 4].map((one) => stones.covers(id, incarnationOf(one)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('refuse everything about who left, also when a death is heard later', () => {
    const stones = new Tombstones({ tombstonesMax: 8, tombstoneMs: 1_000 });
    stones.bury(a, incarnationOf(3), true, 0);
    stones.bury(a, incarnationOf(1), false, 0);
    expect(stones.covers(id, incarnationOf(9))).toBe(true);
    expect(stones.get(id)).toMatchObject({ incarnation: 3, final: true });
  });

  it('are bounded in number: at the bound all are there, one past it the oldest is gone', () => {
    const stones = new Tombstones({ tombstonesMax: 3, tombstoneMs: 1_000 });
    for (let i = 0; i < 3; i++) stones.bury(originOf(`n${i}`), incarnationOf(0), false, i);
    expect(stones.covers(originId(originOf('n0')), incarnationOf(0))).toBe(true);
    stones.bury(a, incarnationOf(0), false, 3);
    expect(stones.size).toBe(3);
    expect(stones.covers(originId(originOf('n0')), incarnationOf(0))).toBe(false);
  });

  it('are bounded in time', () => {
    const stones = new Tombstones({ tombstonesMax: 3, tombstoneMs: 1_000 });
    stones.bury(a, incarnationOf(0), false, 0);
    stones.expire(999);
    expect(stones.size).toBe(1);
    stones.expire(1_000);
    expect(stones.size).toBe(0);
  });

  it('are not kept where none are allowed', () => {
    const stones = new Tombstones({ tombstonesMax: 0, tombstoneMs: 1_000 });
    stones.bury(a, incarnationOf(0), false, 0);
    expect(stones.size).toBe(0);
  });
});
