import { describe, expect, test } from 'vitest';
import { GRANT, ObservedWorld, read, S } from './observed-world.ts';

describe('the observer', () => {
  test('shows a rare violation also after many of another invariant', () => {
    const world = new ObservedWorld();
    for (let index = 0; index < 30; index++)
      world.reads(world.second, read((3 + index) * S, { scope: GRANT, revision: 1 }));
    world.reads(world.second, read(50 * S, { outcome: 'late-hit' }));
    world.judge(60 * S);
    expect(world.broken).toEqual(['B', 'B', 'B', 'B', 'B', 'D']);
    expect(Object.fromEntries(world.observer.broken)).toEqual({ B: 30, D: 1 });
  });

  test('tells the first violations with what became of the row and of the node, and counts all', () => {
    const world = new ObservedWorld();
    world.tell(world.second, { journal: [['applied', 1.2 * S, 'grant', 1, 'gossip']] });
    for (let index = 0; index < 30; index++)
      world.reads(world.second, read((3 + index) * S, { scope: GRANT, revision: 1 }));
    world.judge(60 * S);
    expect(world.observer.violations).toBe(30);
    expect(world.observer.findings).toHaveLength(5);
    expect(world.observer.findings[0]?.trail).toEqual([
      'revision 1 by write disk, acknowledged at the beginning',
      'revision 2 by write 12, acknowledged at 1.0000 s',
      'read at 3.0000 s, answered at 3.0001 s: revision 1, hit',
      '1.2000 s applied grant 1 gossip',
    ]);
  });
});
