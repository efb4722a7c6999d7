import { describe, expect, test } from 'vitest';
import { KEYS } from './keys.ts';
import { KEY, ObservedWorld, S } from './observed-world.ts';
import type { JournalEntry } from './report.ts';

describe('the observer', () => {
  test('I: a drop that a write of unknown outcome explains, which may not be in the log (L2)', () => {
    const hinted = (hintUs: number, key = KEY): string[] => {
      const world = new ObservedWorld();
      world.tell(world.second, { journal: [['hint', hintUs, 'item', key, 'key']] });
      const applied: JournalEntry = ['applied', 1.05 * S, 'item', 1, 'gossip'];
      world.tell(world.first, { journal: [applied, ['drop', 2 * S, 'item', KEY, 'invalidated']] });
      world.judge(3 * S);
      return world.broken;
    };
    expect(hinted(2 * S)).toEqual([]);
    expect(hinted(2 * S + 1)).toEqual(['I']);
    expect(hinted(1 * S, KEYS[1])).toEqual(['I']);
  });

  test('I: a drop that a revoker asked for, whatever was applied before (S3)', () => {
    const asked = (dropUs: number, key = KEY): string[] => {
      const world = new ObservedWorld();
      world.writesRole();
      world.tell(world.second, { journal: [['revoking', 2 * S, 'role', key, 'key']] });
      const applied: JournalEntry = ['applied', 1.2 * S, 'role', 1, 'gossip'];
      world.tell(world.first, {
        journal: [applied, ['drop', dropUs, 'role', KEY, 'invalidated']],
      });
      world.judge(60 * S);
      return world.broken;
    };
    expect(asked(2 * S)).toEqual([]);
    expect(asked(32 * S)).toEqual([]);
    expect(asked(2 * S - 1)).toEqual(['I']);
    expect(asked(32 * S + 1)).toEqual(['I']);
    expect(asked(2 * S, KEYS[1])).toEqual(['I']);
  });
});
