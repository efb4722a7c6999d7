import { describe, expect, test } from 'vitest';
import { GRANT, KEY, ObservedWorld, ROLE, read, S } from './observed-world.ts';
import type { JournalEntry } from './report.ts';

describe('the observer', () => {
  test('has no objection to what is right, and counts it', () => {
    const world = new ObservedWorld();
    world.reads(world.first, read(0.5 * S, { revision: 1, outcome: 'miss' }));
    const drop: JournalEntry = ['drop', 1.05 * S, 'item', KEY, 'invalidated'];
    world.tell(world.first, { journal: [drop, ['applied', 1.05 * S, 'item', 1, 'local']] });
    world.reads(world.first, read(1.2 * S, { outcome: 'miss' }), read(1.5 * S));
    world.reads(world.second, read(2 * S, { scope: GRANT, outcome: 'miss' }));
    world.judge(3 * S);
    expect(world.observer.findings).toEqual([]);
    expect(world.observer.checked).toMatchObject({ reads: 4, writes: 2, departures: 1 });
  });

  test('B: a bounded read, invoked the bound after the acknowledgement, of the value before', () => {
    const stale = { scope: GRANT, revision: 1 };
    const world = new ObservedWorld();
    world.reads(world.second, read(1.3 * S - 1, stale));
    world.judge(3 * S);
    expect(world.broken).toEqual([]);
    world.reads(world.second, read(3 * S, stale));
    world.judge(4 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('B: a read is not judged before all who may have acknowledged a write were heard', () => {
    const world = new ObservedWorld();
    world.reads(world.second, read(4 * S, { scope: GRANT, revision: 1 }));
    world.tell(world.second, { untilUs: 9 * S });
    world.observer.judge(9 * S);
    expect(world.observer.checked.reads).toBe(0);
    world.first.end();
    world.observer.judge(9 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('B: an eventual entry past its TTL', () => {
    const world = new ObservedWorld();
    world.reads(world.second, read(15.9 * S, { revision: 1 }), read(16.1 * S, { revision: 1 }));
    world.judge(20 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('C: a strict read, invoked after the revocation had returned, of the value before', () => {
    const stale = { scope: ROLE, revision: 1 };
    const world = new ObservedWorld();
    world.writesRole();
    world.revokesRole(1.2 * S);
    // However late it is answered.
    world.reads(world.second, read(1.2 * S, { ...stale, respondedUs: 9 * S }));
    world.reads(world.first, read(1.2 * S + 1, { scope: ROLE }));
    world.judge(10 * S);
    expect(world.broken).toEqual([]);
    world.reads(world.second, read(1.2 * S + 1, { ...stale, respondedUs: 11 * S }));
    world.judge(12 * S);
    expect(world.broken).toEqual(['C']);
    expect(world.observer.findings[0]?.trail).toContain(
      'revision 2 by write 14, acknowledged at 1.1000 s, revoked at 1.2000 s',
    );
    expect(world.observer.checked).toMatchObject({ strictReads: 3, revokes: 1 });
  });

  test('C: a read with a token, which may go around the cache, is held to it too', () => {
    const world = new ObservedWorld();
    world.writesRole();
    world.revokesRole(1.2 * S);
    const tokenRead = { scope: 'role', key: KEY, written: 1, revision: 1, write: 0 };
    world.tell(world.second, {
      tokenReads: [{ ...tokenRead, invokedUs: 1.3 * S, respondedUs: 1.4 * S }],
    });
    world.judge(2 * S);
    expect(world.broken).toEqual(['C']);
  });

  test('C: an older revocation says nothing of what was written later', () => {
    const world = new ObservedWorld();
    world.writesRole();
    world.revokesRole(1.2 * S);
    const revisions = [{ scope: 'role', key: KEY, revision: 3, write: 15 }];
    world.observer.committed({ revisions, invalidations: [] }, 1.3 * S);
    world.reads(world.second, read(1.4 * S, { scope: ROLE }));
    world.judge(2 * S);
    expect(world.broken).toEqual([]);
  });

  test('C: of a bounded scope nothing is revoked', () => {
    const world = new ObservedWorld();
    const revoked = { write: 12, returnedUs: 1.1 * S, waitedOut: 0, vouched: true };
    world.tell(world.first, { revocations: [revoked] });
    world.reads(world.second, read(1.2 * S, { scope: GRANT, revision: 1 }));
    world.judge(2 * S);
    expect(world.broken).toEqual([]);
  });

  test('B: what a strict scope shows L after an ordinary write (S6)', () => {
    const stale = { scope: ROLE, revision: 1 };
    const world = new ObservedWorld();
    world.writesRole();
    world.reads(world.second, read(3.1 * S - 1, stale), read(3.1 * S, stale));
    world.judge(4 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('D: an eventual hit in a later turn of the event loop; of a bounded scope it may be', () => {
    const world = new ObservedWorld();
    const late = { outcome: 'late-hit' } as const;
    world.reads(world.first, read(2 * S, { ...late, scope: GRANT }), read(2 * S, late));
    world.judge(3 * S);
    expect(world.broken).toEqual(['D']);
  });

  test('G: a revision that falls within one life, not from one node to another', () => {
    const world = new ObservedWorld();
    world.reads(world.first, read(1.1 * S));
    world.reads(world.second, read(1.2 * S, { revision: 1 }));
    world.judge(2 * S);
    expect(world.broken).toEqual([]);
    world.reads(world.first, read(2.1 * S, { revision: 1 }));
    world.judge(3 * S);
    expect(world.broken).toEqual(['G']);
  });

  test('I: an entry that is gone without a word', () => {
    const world = new ObservedWorld();
    world.reads(world.first, read(2 * S), read(3 * S, { outcome: 'miss' }));
    world.judge(4 * S);
    expect(world.broken).toEqual(['I']);
  });

  test('I: two misses at the same time share a load, and nothing is gone', () => {
    const world = new ObservedWorld();
    const respondedUs = 2.5 * S;
    const together = { outcome: 'miss', respondedUs } as const;
    world.reads(world.first, read(2 * S, together), read(2.2 * S, together));
    world.judge(4 * S);
    expect(world.broken).toEqual([]);
  });

  test('I: a fill that outlived its TTL was never kept, and that is counted', () => {
    const lateAt = (us: number): string[] => {
      const world = new ObservedWorld();
      world.tell(world.first, { journal: [['late', us, 'item']] });
      world.reads(world.first, read(2 * S, { outcome: 'miss' }), read(3 * S, { outcome: 'miss' }));
      world.judge(4 * S);
      return world.broken;
    };
    expect(lateAt(2.5 * S)).toEqual([]);
    expect(lateAt(1.9 * S)).toEqual(['I']);
  });

  test('I: a drop that no committed invalidation explains', () => {
    const world = new ObservedWorld();
    const applied: JournalEntry = ['applied', 1.05 * S, 'item', 1, 'gossip'];
    world.tell(world.first, { journal: [applied, ['drop', 2 * S, 'item', KEY, 'invalidated']] });
    world.judge(3 * S);
    expect(world.broken).toEqual(['I']);
  });

  test('I: a reset may take applied-through back, and what is then applied again may drop again', () => {
    const again = (appliedThrough: number): string[] => {
      const world = new ObservedWorld();
      world.tell(world.first, {
        journal: [
          ['applied', 1.05 * S, 'item', 1, 'gossip'],
          ['reset', 2 * S, 'item', 'below-floor', appliedThrough],
          ['drop', 3 * S, 'item', KEY, 'invalidated'],
        ],
      });
      world.judge(4 * S);
      return world.broken;
    };
    expect(again(0)).toEqual([]);
    expect(again(1)).toEqual(['I']);
  });

  test('J: a value that was never committed', () => {
    const world = new ObservedWorld();
    world.reads(world.first, read(2 * S, { revision: 3, write: 13 }));
    world.judge(3 * S);
    expect(world.broken).toEqual(['J']);
  });

  test('J: a read with a token that misses its write', () => {
    const world = new ObservedWorld();
    const tokenRead = { scope: 'item', key: KEY, written: 2, revision: 2, write: 11 };
    const times = { invokedUs: 1.1 * S, respondedUs: 1.2 * S };
    world.tell(world.second, { tokenReads: [{ ...tokenRead, ...times }] });
    expect(world.broken).toEqual([]);
    world.tell(world.second, { tokenReads: [{ ...tokenRead, ...times, revision: 1, write: 0 }] });
    expect(world.broken).toEqual(['J']);
  });

  test('J: the value of a read with a token is judged like any other', () => {
    const world = new ObservedWorld();
    const uncommitted = { scope: 'item', key: KEY, written: 2, revision: 7, write: 70 };
    const tokenRead = { ...uncommitted, invokedUs: 1.1 * S, respondedUs: 1.2 * S };
    world.tell(world.second, { tokenReads: [tokenRead] });
    world.judge(3 * S);
    expect(world.broken).toEqual(['J']);
  });

  test('measures by how much the stalest answer was late', () => {
    const world = new ObservedWorld();
    world.reads(world.second, read(1.2 * S, { scope: GRANT, revision: 1 }));
    world.reads(world.first, read(9 * S, { scope: GRANT }));
    world.judge(10 * S);
    expect(world.observer.maxStalenessUs.get('grant')).toBe(0.2 * S);
  });
});
