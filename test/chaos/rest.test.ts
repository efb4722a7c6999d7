import { describe, expect, test } from 'vitest';
import type { NodeView } from './node.ts';
import { ITEM, KEY, ObservedWorld, S } from './observed-world.ts';
import { SCOPE_NAMES } from './scopes.ts';

const APPLIED = { item: 1, grant: 1, quota: 0 };
const EPOCHS = ['e1', 'e2'];

function view(more: Partial<NodeView> = {}): NodeView {
  return {
    coherence: 'coherent',
    members: ['e2', 'e1'],
    appliedThrough: APPLIED,
    rightless: [],
    stats: {},
    ...more,
  };
}

describe('at rest', () => {
  function atRest(world: ObservedWorld, more: Partial<NodeView>, revision = 2): void {
    const stats = { fillsKept: 1, entries: 1, ...more.stats };
    const entries = [[SCOPE_NAMES[ITEM] ?? '', KEY, revision]] as const;
    const rest = { view: view({ ...more, stats }), entries, epochs: EPOCHS, nowUs: 9 * S };
    world.observer.judgeAtRest(world.first, rest);
  }

  test('all is well when all is coherent, known and applied', () => {
    const world = new ObservedWorld();
    atRest(world, {});
    expect(world.observer.findings).toEqual([]);
    expect(world.observer.lost).toBe(0);
  });

  test('A: an entry that is older than the database', () => {
    const world = new ObservedWorld();
    atRest(world, {}, 1);
    expect(world.broken).toEqual(['A']);
  });

  test('I: books that do not add up', () => {
    const world = new ObservedWorld();
    atRest(world, { stats: { fillsKept: 2 } });
    expect(world.broken).toEqual(['I']);
  });

  test.each([
    ['it is not coherent', { coherence: 'isolated' }],
    ['it does not know a member', { members: ['e1'] }],
    ['it knows a dead one', { members: ['e1', 'e0'] }],
    ['it may not serve a strict scope', { rightless: ['role'] }],
  ])('J: %s', (_, more) => {
    const world = new ObservedWorld();
    atRest(world, more);
    expect(world.broken).toEqual(['J']);
  });

  test('J: caches that hold nothing', () => {
    const world = new ObservedWorld();
    const rest = { view: view(), entries: [], epochs: EPOCHS, nowUs: 9 * S };
    world.observer.judgeAtRest(world.first, rest);
    expect(world.broken).toEqual(['J']);
  });

  test('every invalidation that some node has not applied is lost, and counted once', () => {
    const world = new ObservedWorld();
    const more = [2, 3].map(
      (version) => ({ scope: 'item', version, kind: 'key', key: KEY }) as const,
    );
    world.observer.committed({ revisions: [], invalidations: more }, 2 * S);
    atRest(world, { appliedThrough: APPLIED });
    atRest(world, { appliedThrough: { ...APPLIED, item: 2 } });
    expect(world.observer.lost).toBe(2);
    expect(world.broken).toEqual(['J', 'J']);
    expect(world.observer.findings[0]?.violation.what).toContain('item is applied through 1 of 3');
  });
});
