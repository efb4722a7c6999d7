import type { AppendId, ChainHead, ScopeReading, Version } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { Chain, type Comparison, type Link, type Standing } from '../../src/freshness/chain.js';

const LIMITS = { pendingMax: 8, historyMax: 8 };

/**
 * `link(7)` is append g7 after g6; `link(7, 'x')` is x7 after x6;
 * `link(7, 'x', 'g')` is x7 after g6.
 */
function link(version: number, branch = 'g', prevBranch = branch): Link {
  return { ...head(version, branch), prevId: `${prevBranch}${version - 1}` as AppendId };
}

function head(version: number, branch = 'g'): ChainHead {
  return { version: version as Version, appendId: `${branch}${version}` as AppendId };
}

function reading(at: ChainHead, ...links: readonly Link[]): ScopeReading {
  const rows = links.map((each) => ({
    ...each,
    target: { kind: 'key', key: each.appendId } as const,
    origin: '',
  }));
  return { scope: 'table' as never, head: at, floor: 0 as Version, rows };
}

/** Proven at 5; 6 and 7 by gossip; 9 waits for 8. */
function chainAt7(limits = LIMITS): Chain {
  const chain = new Chain(head(5), limits);
  for (const version of [6, 7, 9]) chain.offer(link(version), 0);
  return chain;
}

describe('a link that is offered', () => {
  const table: readonly [what: string, link: Link, standing: Standing, applied: number][] = [
    ['older than the history', link(4), 'known', 7],
    ['older than the history, of another branch', link(4, 'x'), 'known', 7],
    ['at the confirmed head', link(5), 'known', 7],
    ['at the confirmed head under another id', link(5, 'x'), 'disputed', 7],
    ['applied by gossip', link(6), 'known', 7],
    ['applied by gossip under another id', link(6, 'x', 'g'), 'disputed', 7],
    ['at applied-through', link(7), 'known', 7],
    ['at applied-through under another id', link(7, 'x', 'g'), 'disputed', 7],
    ['next, naming applied-through', link(8), 'fits', 9],
    ['next, naming applied-through, but 9 names another', link(8, 'x', 'g'), 'disputed', 8],
    ['next, naming another predecessor', link(8, 'x'), 'disputed', 7],
    ['waiting already', link(9), 'known', 7],
    ['waiting already under another id', link(9, 'x'), 'disputed', 7],
    ['further on', link(10), 'fits', 7],
  ];
  it.each(table)('%s', (_, offered, standing, applied) => {
    const chain = chainAt7();
    expect(chain.offer(offered, 0)).toBe(standing);
    expect(chain.applied.version).toBe(applied);
  });

  it('is known the second time, also when it waits or is disputed', () => {
    const chain = chainAt7();
    expect([chain.offer(link(12), 0), chain.offer(link(12), 0)]).toEqual(['fits', 'known']);
    expect([chain.offer(link(8, 'x'), 0), chain.offer(link(8, 'x'), 0)]).toEqual([
      'disputed',
      'known',
    ]);
  });
});

describe('a reading that is absorbed after gossip brought 6 and 7 while it was under way', () => {
  const asked = head(5);
  const table: readonly [
    what: string,
    read: ScopeReading,
    verdict: 'proven' | 'behind' | 'broken',
    fresh: readonly string[],
    applied: number,
  ][] = [
    ['at the asked head', reading(head(5)), 'proven', [], 7],
    ['at a head that gossip brought', reading(head(6), link(6)), 'proven', [], 7],
    ['at applied-through', reading(head(7), link(6), link(7)), 'proven', [], 7],
    ['beyond', reading(head(8), link(6), link(7), link(8)), 'proven', ['g8'], 9],
    [
      'another append at a version by gossip',
      reading(head(6, 'x'), link(6, 'x', 'g')),
      'broken',
      [],
      0,
    ],
    [
      'another append below applied-through, with a head beyond',
      reading(head(8, 'x'), link(6), link(7, 'x', 'g'), link(8, 'x')),
      'broken',
      [],
      0,
    ],
    [
      'another append where a link waits',
      reading(head(9, 'x'), link(6), link(7), link(8), link(9, 'x', 'g')),
      'broken',
      [],
      0,
    ],
    ['rows that stop short of the head', reading(head(8), link(6), link(7)), 'behind', [], 7],
    ['no row although the head is beyond', reading(head(8)), 'broken', [], 0],
  ];
  it.each(table)('%s', (_, read, verdict, fresh, applied) => {
    const chain = chainAt7();
    const absorbed = chain.absorb(read, asked, 0);
    if (absorbed.broken !== undefined) {
      expect(verdict).toBe('broken');
      return;
    }
    expect(absorbed.proven ? 'proven' : 'behind').toBe(verdict);
    expect(absorbed.targets.map(({ key }) => key)).toEqual(fresh);
    expect(chain.applied.version).toBe(applied);
  });

  it('is not proven when more rows are to be read, and goes on at once', () => {
    const chain = new Chain(head(5), LIMITS);
    expect(chain.absorb(reading(head(9), link(6), link(7)), asked, 1)).toMatchObject({
      proven: false,
      again: true,
    });
    expect(chain.applied).toEqual(head(7));
  });

  it('is proven without the last rows when links that waited reach the head', () => {
    const chain = new Chain(head(5), LIMITS);
    for (const version of [8, 9]) chain.offer(link(version), 0);
    expect(chain.absorb(reading(head(9), link(6), link(7)), asked, 0)).toMatchObject({
      proven: true,
    });
  });

  it('breaks a chain whose waiting link reaches the head under another id (L1)', () => {
    const chain = new Chain(head(5), LIMITS);
    chain.offer(link(8, 'x', 'g'), 0);
    expect(chain.absorb(reading(head(8), link(6), link(7)), asked, 0)).toEqual({
      broken: 'chain-broken',
    });
  });

  it('breaks a chain when a link that was here before the send is not in the log (L1)', () => {
    const before = new Chain(head(5), LIMITS);
    before.offer(link(7), 3);
    expect(before.absorb(reading(head(5)), asked, 4)).toEqual({ broken: 'chain-broken' });
    const since = new Chain(head(5), LIMITS);
    since.offer(link(7), 4);
    expect(since.absorb(reading(head(5)), asked, 4)).toMatchObject({ proven: true });
  });

  it('asks again when what waits does not follow the head that was read', () => {
    const chain = new Chain(head(5), LIMITS);
    chain.offer(link(7, 'x'), 1);
    const absorbed = chain.absorb(reading(head(6), link(6)), asked, 1);
    expect(absorbed).toMatchObject({ proven: true, again: true });
  });
});

describe('a counter that another node has read (F6)', () => {
  const asked = head(5);

  it.each<[string, ChainHead, Comparison]>([
    ['at applied-through', head(7), 'reached'],
    ['below it: the rest came since', head(6), 'reached'],
    ['at what was applied when it was asked for', head(5), 'reached'],
    ['beyond it', head(8), 'ahead'],
    ['below what was applied when it was asked for', head(4), 'disputed'],
    ['under another id', head(6, 'x'), 'disputed'],
  ])('%s', (_, read, comparison) => {
    const chain = chainAt7();
    expect(chain.compare(read, asked, 0)).toBe(comparison);
    expect(chain.applied).toEqual(head(7));
  });

  it('is disputed when a link that was here before the question is not below it (L1)', () => {
    const before = new Chain(head(5), LIMITS);
    before.offer(link(7), 3);
    expect(before.compare(head(6), asked, 4)).toBe('disputed');
    const since = new Chain(head(5), LIMITS);
    since.offer(link(7), 4);
    expect(since.compare(head(6), asked, 4)).toBe('ahead');
  });

  it('confirms the chain as an own poll does, so that gossip goes on past a full history', () => {
    const chain = new Chain(head(0), { pendingMax: 8, historyMax: 3 });
    for (const version of [1, 2, 3]) chain.offer(link(version), 1);
    expect(chain.applied.version).toBe(2);
    expect(chain.compare(head(2), head(0), 1)).toBe('reached');
    chain.offer(link(4), 1);
    expect(chain.applied.version).toBe(4);
  });

  it('says nothing once own polls have confirmed more than is remembered', () => {
    const chain = new Chain(head(5), { pendingMax: 8, historyMax: 2 });
    chain.absorb(reading(head(8), link(6), link(7), link(8)), head(5), 1);
    expect(chain.compare(head(5), asked, 1)).toBe('overtaken');
    expect(chain.compare(head(8), asked, 1)).toBe('reached');
  });
});

describe('the bounds of a chain', () => {
  it('keeps pendingMax waiting links and forgets one more', () => {
    const chain = new Chain(head(0), { pendingMax: 2, historyMax: 8 });
    for (const version of [2, 3, 4]) chain.offer(link(version), 0);
    chain.offer(link(1), 0);
    expect(chain.applied.version).toBe(3);
  });

  it('advances by gossip to a full history and not past it, until the log confirms (L1)', () => {
    const chain = new Chain(head(0), { pendingMax: 8, historyMax: 3 });
    for (const version of [1, 2, 3, 4]) expect(chain.offer(link(version), 0)).toBe('fits');
    expect(chain.applied.version).toBe(2);
    chain.absorb(reading(head(2)), head(2), 0);
    expect(chain.applied.version).toBe(4);
  });

  it('still knows what the log has confirmed, so that a number which comes again is disputed (L1)', () => {
    const chain = chainAt7();
    chain.absorb(reading(head(7), link(6), link(7)), head(5), 0);
    expect(chain.hasReached(head(6))).toBe(true);
    expect(chain.hasReached(head(6, 'x'))).toBe(false);
    expect(chain.offer(link(6, 'x', 'g'), 0)).toBe('disputed');
    expect(chain.hasReached(head(9))).toBe(false);
  });

  it('forgets the oldest of what the log has confirmed, and nothing that it has not', () => {
    const chain = new Chain(head(5), { pendingMax: 8, historyMax: 3 });
    for (const version of [6, 7]) chain.offer(link(version), 0);
    chain.absorb(reading(head(7), link(6), link(7)), head(5), 0);
    chain.offer(link(8), 0);
    expect(chain.hasForgotten(head(5))).toBe(true);
    expect(chain.hasForgotten(head(6))).toBe(false);
    chain.offer(link(9), 0);
    expect(chain.hasForgotten(head(6))).toBe(true);
    expect(chain.hasReached(head(6))).toBe(false);
    for (const version of [7, 8, 9]) {
      expect(chain.hasForgotten(head(version))).toBe(false);
      expect(chain.hasReached(head(version))).toBe(true);
      expect(chain.hasReached(head(version, 'x'))).toBe(false);
    }
    expect(chain.offer(link(5, 'x', 'g'), 0)).toBe('known');
  });
});

describe('a link for which there was no room (L1)', () => {
  /** 9 waits, 20 was forgotten. */
  function forgetful(): Chain {
    const chain = chainAt7({ ...LIMITS, pendingMax: 1 });
    chain.offer(link(20), 1);
    return chain;
  }
  const upTo = (first: number, last: number) =>
    reading(head(last), ...Array.from({ length: last - first + 1 }, (_, at) => link(first + at)));

  it('may be one that another life of the database has lost: the chain is worth nothing', () => {
    expect(forgetful().absorb(upTo(6, 8), head(5), 2, true).broken).toBe('chain-broken');
    expect(forgetful().absorb(upTo(6, 20), head(5), 2, true).broken).toBe('chain-broken');
    const roomy = chainAt7();
    roomy.offer(link(20), 1);
    expect(roomy.absorb(upTo(6, 20), head(5), 2, true)).toMatchObject({ proven: true });
  });

  it('is in the log once a later poll has shown all of it in the same life', () => {
    const chain = forgetful();
    expect(chain.absorb(upTo(6, 20), head(5), 2)).toMatchObject({ proven: true });
    expect(chain.absorb(upTo(21, 21), head(20), 3, true)).toMatchObject({ proven: true });
  });

  it('may still be missing from a poll that was sent before it came, and from a page', () => {
    const early = forgetful();
    early.absorb(upTo(6, 8), head(5), 1);
    expect(early.absorb(upTo(9, 9), head(8), 2, true).broken).toBe('chain-broken');
    const paged = forgetful();
    const { rows } = upTo(6, 12);
    paged.absorb({ ...upTo(6, 20), rows }, head(5), 2);
    expect(paged.absorb(upTo(13, 20), head(12), 3, true).broken).toBe('chain-broken');
  });
});
