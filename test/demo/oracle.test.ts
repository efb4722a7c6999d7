import { describe, expect, test } from 'vitest';
import { History } from './history.ts';
import { Invalidations } from './invalidations.ts';
import {
  type Departure,
  judgeAtRest,
  judgeBooks,
  judgeTokenRead,
  type ObservedRead,
  Oracle,
} from './oracle.ts';
import { SCOPES } from './scopes.ts';

const BOUND_US = 500_000;
const KEY = 'lib/1.0.0';
const RULES = new Map([
  ['package', { staleUsMax: 900_000_000, eventual: true }],
  ['licence', { staleUsMax: BOUND_US, eventual: false }],
]);

/** Two scopes with one row each; revision 2 of both was acknowledged at 1 s, under versions 1. */
function world() {
  const history = new History();
  const invalidations = new Invalidations();
  for (const scope of SCOPES) {
    history.seed(scope, KEY);
    history.committed({ scope, key: KEY, revision: 2, write_id: `w-${scope}` });
    history.acknowledged(`w-${scope}`, 1_000_000);
    invalidations.committed(scope, 1, { kind: 'key', key: KEY });
    invalidations.began(scope, 1, 999_000);
  }
  const truth = { history, invalidations, tagsOf: () => ['licence:MIT'] };
  return { history, invalidations, oracle: new Oracle(truth, RULES) };
}

function readAt(invokedUs: number, more: Partial<ObservedRead> = {}): ObservedRead {
  const scope = more.scope ?? 'package';
  const revision = more.revision ?? 2;
  return {
    node: 'node-1',
    epoch: 'e1',
    scope,
    key: KEY,
    revision,
    writeId: revision === 1 ? 'disk' : `w-${scope}`,
    invokedUs,
    respondedUs: invokedUs + 1_000,
    outcome: 'hit',
    ...more,
  };
}

function departureAt(us: number, more: Partial<Departure> = {}): Departure {
  return {
    node: 'node-1',
    epoch: 'e1',
    scope: 'package',
    key: KEY,
    us,
    appliedThrough: 0,
    reason: 'invalidated',
    ...more,
  };
}

describe('the oracle', () => {
  test('has no objection to what is right', () => {
    const { oracle, history } = world();
    expect(oracle.judge(readAt(900_000, { revision: 1, outcome: 'miss' }))).toEqual([]);
    expect(oracle.departed(departureAt(1_000_500))).toEqual([]);
    expect(oracle.judge(readAt(1_001_000, { outcome: 'miss' }))).toEqual([]);
    expect(oracle.judge(readAt(2_000_000))).toEqual([]);
    const held = [{ scope: 'package', key: KEY, revision: 2 }];
    expect(judgeAtRest('node-1', held, history, 3_000_000)).toEqual([]);
  });

  test('A: a cache that at rest holds an older revision than the database', () => {
    const { history } = world();
    const held = [{ scope: 'package', key: KEY, revision: 1 }];
    const [violation] = judgeAtRest('node-1', held, history, 3_000_000);
    expect(violation).toMatchObject({ invariant: 'A', node: 'node-1' });
    expect(violation?.what).toContain(KEY);
  });

  test('A: at rest also a commit counts that was never acknowledged', () => {
    const { history } = world();
    history.committed({ scope: 'package', key: KEY, revision: 3, write_id: 'unheard' });
    const held = [{ scope: 'package', key: KEY, revision: 2 }];
    expect(judgeAtRest('node-1', held, history, 0)).toMatchObject([{ invariant: 'A' }]);
  });

  test('B: a bounded read that returns the value from before a write acknowledged longer ago than the bound', () => {
    const stale = { scope: 'licence', revision: 1 };
    const atBound = 1_000_000 + BOUND_US;
    expect(world().oracle.judge(readAt(atBound - 1, stale))).toEqual([]);
    expect(world().oracle.judge(readAt(atBound, stale))).toMatchObject([{ invariant: 'B' }]);
  });

  test('B: a commit that nobody was told of does not count', () => {
    const { oracle, history } = world();
    history.committed({ scope: 'licence', key: KEY, revision: 3, write_id: 'unheard' });
    expect(oracle.judge(readAt(9_000_000, { scope: 'licence' }))).toEqual([]);
  });

  test('D: a hit of an eventual scope that was answered in a later turn', () => {
    const late = { outcome: 'late-hit' } as const;
    expect(world().oracle.judge(readAt(2_000_000, late))).toMatchObject([{ invariant: 'D' }]);
    expect(world().oracle.judge(readAt(2_000_000, { ...late, scope: 'licence' }))).toEqual([]);
  });

  test('G: a revision that falls between two reads, one after the other, of one life', () => {
    const { oracle } = world();
    oracle.judge(readAt(2_000_000));
    const fallen = oracle.judge(readAt(2_002_000, { revision: 1 }));
    expect(fallen).toMatchObject([{ invariant: 'G' }]);
    const otherLife = oracle.judge(readAt(2_004_000, { revision: 1, epoch: 'e2' }));
    expect(otherLife).toEqual([]);
  });

  test('G: reads at the same time may be answered in any order', () => {
    const { oracle } = world();
    oracle.judge(readAt(2_000_000));
    expect(oracle.judge(readAt(2_000_500, { revision: 1 }))).toEqual([]);
  });

  test('I: an entry that is gone without a word', () => {
    const { oracle } = world();
    oracle.judge(readAt(2_000_000));
    const gone = oracle.judge(readAt(3_000_000, { outcome: 'miss' }));
    expect(gone).toMatchObject([{ invariant: 'I' }]);
  });

  test('I: two misses at the same time share a load, and nothing is gone', () => {
    const { oracle } = world();
    oracle.judge(readAt(2_000_000, { outcome: 'miss' }));
    expect(oracle.judge(readAt(2_000_500, { outcome: 'miss' }))).toEqual([]);
  });

  test('I: a word from before the entry was seen, or of another life, explains nothing', () => {
    const { oracle } = world();
    oracle.departed(departureAt(1_500_000));
    oracle.departed(departureAt(2_500_000, { epoch: 'e2' }));
    oracle.judge(readAt(2_000_000));
    const gone = oracle.judge(readAt(3_000_000, { outcome: 'miss' }));
    expect(gone).toMatchObject([{ invariant: 'I' }]);
  });

  test.each(['evicted', 'expired', 'void'])('I: %s is a cause', (reason) => {
    const { oracle } = world();
    oracle.judge(readAt(2_000_000));
    expect(oracle.departed(departureAt(2_500_000, { reason }))).toEqual([]);
    expect(oracle.judge(readAt(3_000_000, { outcome: 'miss' }))).toEqual([]);
  });

  test('I: a reset is a cause for all keys', () => {
    const { oracle } = world();
    oracle.judge(readAt(2_000_000));
    oracle.departed(departureAt(2_500_000, { reason: 'reset', key: '' }));
    expect(oracle.judge(readAt(3_000_000, { outcome: 'miss' }))).toEqual([]);
  });

  test('I: a drop by an invalidation that was already applied', () => {
    const { oracle } = world();
    const again = oracle.departed(departureAt(2_000_000, { appliedThrough: 1 }));
    expect(again).toMatchObject([{ invariant: 'I' }]);
  });

  test('I: a drop before the invalidation was begun', () => {
    const { oracle } = world();
    expect(oracle.departed(departureAt(998_999))).toMatchObject([{ invariant: 'I' }]);
  });

  test('I: a drop by an invalidation of something else', () => {
    const { oracle } = world();
    const other = departureAt(2_000_000, { key: 'lib/2.0.0' });
    expect(oracle.departed(other)).toMatchObject([{ invariant: 'I' }]);
  });

  test.each([
    { kind: 'prefix', key: 'lib' },
    { kind: 'tag', key: 'licence:MIT' },
    { kind: 'scope', key: '' },
  ] as const)('I: a drop by a $kind that covers the key is right', (target) => {
    const { oracle, invalidations } = world();
    invalidations.committed('package', 2, target);
    expect(oracle.departed(departureAt(2_000_000, { appliedThrough: 1 }))).toEqual([]);
  });

  test('I: books that do not add up', () => {
    const stats = {
      fillsKept: 10,
      entries: 4,
      invalidated: 3,
      evicted: 1,
      replaced: 1,
      expired: 0,
    };
    expect(judgeBooks('node-1', { ...stats, cleared: 1 }, 0)).toEqual([]);
    expect(judgeBooks('node-1', stats, 0)).toMatchObject([{ invariant: 'I' }]);
  });

  test('J: a value that was never committed', () => {
    const dirty = readAt(2_000_000, { revision: 3, writeId: 'rolled-back' });
    expect(world().oracle.judge(dirty)).toMatchObject([{ invariant: 'J' }]);
    const impostor = readAt(2_000_000, { writeId: 'rolled-back' });
    expect(world().oracle.judge(impostor)).toMatchObject([{ invariant: 'J' }]);
  });

  test('J: a read with a token that misses its write', () => {
    const read = { node: 'n', scope: 'package', key: KEY, written: 7, invokedUs: 0 };
    expect(judgeTokenRead({ ...read, read: 7 })).toBeUndefined();
    expect(judgeTokenRead({ ...read, read: 6 })).toMatchObject({ invariant: 'J' });
  });
});
