import type { SampleReply } from '@hearsay/admin';
import { describe, expect, test } from 'vitest';
import { Comparison } from '../../src/verify/comparison.js';

type Digests = Readonly<Record<string, string | null>>;

/** What nodes show: by node, the digests of its keys; `undefined` for a node that does not answer. */
function shown(nodes: Readonly<Record<string, Digests | undefined>>): SampleReply {
  return {
    scope: 'item',
    nodes: Object.entries(nodes).map(([node, digests], index) => ({
      ...{ node, epoch: `epoch-${node}`, self: index === 0, caches: 1, cached: 9 },
      outcome: digests ? 'answered' : 'unreachable',
      detail: digests ? null : 'no answer',
      entries: Object.entries(digests ?? {}).map(([key, digest]) => ({ key, digest, ageMs: 5 })),
    })),
  };
}

const truth = (digests: Readonly<Record<string, string>>) => new Map(Object.entries(digests));

const counts = (comparison: Comparison) =>
  comparison
    .tallies()
    .map(({ node, equal, gone, stale, undigested }) => [node, equal, gone, stale, undigested]);

describe('a comparison', () => {
  test('is done where everything agrees', () => {
    const comparison = new Comparison(
      shown({ a: { k: '1', l: '2' } }),
      truth({ k: '1', l: '2' }),
      0,
    );
    expect(comparison.openKeys()).toEqual([]);
    expect(counts(comparison)).toEqual([['a', 2, 0, 0, 0]]);
  });

  test('tells for how long an entry was stale: from a reading that differs to the last look', () => {
    const comparison = new Comparison(
      shown({ a: { k: 'old' }, b: { k: 'new' } }),
      truth({ k: 'new' }),
      100,
    );
    comparison.looked(shown({ a: { k: 'old' }, b: { k: 'new' } }), 110);
    comparison.read(truth({ k: 'new' }), 120);
    comparison.looked(shown({ a: { k: 'old' }, b: {} }), 150);
    comparison.read(truth({ k: 'new' }), 160);
    expect(comparison.differences()).toMatchObject([
      { node: 'a', key: 'k', staleForMs: 50, outcome: 'stale' },
    ]);
    comparison.looked(shown({ a: {}, b: {} }), 200);
    comparison.end();
    expect(comparison.differences()).toMatchObject([{ staleForMs: 50, outcome: 'gone' }]);
    expect(counts(comparison)).toEqual([
      ['a', 0, 1, 0, 0],
      ['b', 1, 0, 0, 0],
    ]);
  });

  test('takes an entry that is new at every look for busy, not for stale', () => {
    const comparison = new Comparison(shown({ a: { k: '0' } }), truth({ k: '1' }), 0);
    for (let look = 1; look <= 9; look++) {
      comparison.looked(shown({ a: { k: `${look}` } }), look * 10);
      comparison.read(truth({ k: `${look + 1}` }), look * 10 + 5);
    }
    comparison.end();
    expect(comparison.differences()).toMatchObject([{ staleForMs: 0, outcome: 'gone' }]);
  });

  test('watches an entry on that was replaced by another stale one', () => {
    const comparison = new Comparison(shown({ a: { k: 'old' } }), truth({ k: 'new' }), 0);
    comparison.looked(shown({ a: { k: 'older' } }), 10);
    comparison.read(truth({ k: 'new' }), 20);
    comparison.looked(shown({ a: { k: 'older' } }), 50);
    comparison.read(truth({ k: 'new' }), 60);
    comparison.end();
    expect(comparison.differences()).toMatchObject([{ staleForMs: 30, outcome: 'stale' }]);
  });

  test('lets the database come round to the entry: a loader may have read too early', () => {
    const comparison = new Comparison(shown({ a: { k: 'new' } }), truth({ k: 'old' }), 0);
    comparison.looked(shown({ a: { k: 'new' } }), 10);
    comparison.read(truth({ k: 'new' }), 20);
    comparison.end();
    expect(comparison.differences()).toMatchObject([{ staleForMs: 10, outcome: 'equal' }]);
    expect(counts(comparison)).toEqual([['a', 1, 0, 0, 0]]);
  });

  test('says who did not answer, at first or later, and what has no digest', () => {
    const first = shown({ a: { k: null, l: 'old' }, b: undefined });
    const comparison = new Comparison(first, truth({ l: 'new' }), 0);
    expect(comparison.tallies().map(({ outcome }) => outcome)).toEqual(['answered', 'unreachable']);
    comparison.looked(shown({ b: { l: 'new' } }), 10);
    comparison.read(truth({ l: 'new' }), 20);
    expect(comparison.tallies()).toMatchObject([
      { node: 'a', outcome: 'unreachable', detail: 'no member any more', undigested: 1 },
      { node: 'b', outcome: 'unreachable' },
    ]);
  });
});
