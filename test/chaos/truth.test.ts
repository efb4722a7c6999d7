import { describe, expect, test } from 'vitest';
import { GRANT, KEY, ObservedWorld, read, S } from './observed-world.ts';

describe('the observer', () => {
  test('B: a write whose writer never told counts from when the observer saw it committed', () => {
    const world = new ObservedWorld();
    const revisions = [{ scope: 'grant', key: KEY, revision: 3, write: 99 }];
    world.observer.committed({ revisions, invalidations: [] }, 5 * S);
    world.reads(world.second, read(5.2 * S, { scope: GRANT }), read(5.4 * S, { scope: GRANT }));
    world.judge(6 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('L1: a version of the log that was skipped', () => {
    const world = new ObservedWorld();
    const late = { scope: 'item', version: 3, kind: 'key', key: KEY } as const;
    world.observer.committed({ revisions: [], invalidations: [late] }, 2 * S);
    expect(world.observer.findings[0]?.violation.what).toContain('from version 1 to 3');
  });
});
