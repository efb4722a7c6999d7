import { describe, expect, test } from 'vitest';
import { KEYS } from './keys.ts';
import type { NodeView } from './node.ts';
import { Observer } from './observer.ts';
import { encodeRead, type JournalEntry, type NodeRead, type Report } from './report.ts';
import { SCOPE_NAMES } from './scopes.ts';
import type { WatchedLife } from './watched-life.ts';

const S = 1_000_000;
const ITEM = 0;
const GRANT = 1;
const ROLE = 3;
const KEY = KEYS[0] as string;
const APPLIED = { item: 1, grant: 1, quota: 0 };
const EPOCHS = ['e1', 'e2'];
const NOTHING: Report = {
  untilUs: 0,
  reads: [],
  acks: [],
  tokenReads: [],
  journal: [],
  revocations: [],
  refusals: [],
  failures: {},
};

/**
 * Two lives. Revision 2 of one row of `item` and of `grant`, by writes 11 and 12, under versions 1,
 * begun at 0.9 s; of the first, on node n1, the acknowledgement at 1 s is known.
 */
class World {
  readonly observer = new Observer();
  readonly first = this.observer.lifeBegan('n1', 'e1', 0);
  readonly second = this.observer.lifeBegan('n2', 'e2', 0);

  constructor() {
    const invalidations = ['item', 'grant'].map((scope) => {
      return { scope, version: 1, kind: 'key', key: KEY } as const;
    });
    const revisions = [
      { scope: 'item', key: KEY, revision: 2, write: 11 },
      { scope: 'grant', key: KEY, revision: 2, write: 12 },
    ];
    this.observer.committed({ revisions, invalidations }, 1.1 * S);
    const ack = { beganUs: 0.9 * S, ackUs: 1 * S, key: KEY, revision: 2 };
    this.tell(this.first, {
      acks: [
        { ...ack, write: 11, scope: 'item', token: tokenOf('item') },
        { ...ack, write: 12, scope: 'grant', token: tokenOf('grant') },
      ],
    });
  }

  tell(life: WatchedLife, report: Partial<Report>): void {
    this.observer.reported(life, { ...NOTHING, untilUs: life.knownUntilUs, ...report });
  }

  /** Both lives are known until then. */
  judge(untilUs: number): void {
    this.tell(this.first, { untilUs });
    this.tell(this.second, { untilUs });
    this.observer.judge(untilUs);
  }

  reads(life: WatchedLife, ...reads: NodeRead[]): void {
    const numbers: number[] = [];
    for (const read of reads) encodeRead(read, numbers);
    this.tell(life, { reads: numbers });
  }

  /** Revision 2 of one row of `role`, by write 14, is committed at 1.1 s, and seen by the observer. */
  writesRole(): void {
    const revisions = [{ scope: 'role', key: KEY, revision: 2, write: 14 }];
    const invalidations = [{ scope: 'role', version: 1, kind: 'key', key: KEY } as const];
    this.observer.committed({ revisions, invalidations }, 1.1 * S);
  }

  /** The revocation of that write returned then, on the first node. */
  revokesRole(returnedUs: number): void {
    const revoked = { write: 14, returnedUs, waitedOut: 0, vouched: true };
    this.tell(this.first, { revocations: [revoked] });
  }

  get broken(): string[] {
    return this.observer.findings.map(({ violation }) => violation.invariant);
  }
}

function tokenOf(scope: string): string {
  return `${scope}:1:${'a'.repeat(16)}:${'b'.repeat(32)}`;
}

function read(invokedUs: number, more: Partial<NodeRead> = {}): NodeRead {
  const { scope = ITEM, revision = 2 } = more;
  const write = revision === 1 ? 0 : 11 + scope;
  const respondedUs = invokedUs + 100;
  return { scope, key: 0, revision, write, invokedUs, respondedUs, outcome: 'hit', ...more };
}

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

describe('the observer', () => {
  test('has no objection to what is right, and counts it', () => {
    const world = new World();
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
    const world = new World();
    world.reads(world.second, read(1.3 * S - 1, stale));
    world.judge(3 * S);
    expect(world.broken).toEqual([]);
    world.reads(world.second, read(3 * S, stale));
    world.judge(4 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('B: a write whose writer never told counts from when the observer saw it committed', () => {
    const world = new World();
    const revisions = [{ scope: 'grant', key: KEY, revision: 3, write: 99 }];
    world.observer.committed({ revisions, invalidations: [] }, 5 * S);
    world.reads(world.second, read(5.2 * S, { scope: GRANT }), read(5.4 * S, { scope: GRANT }));
    world.judge(6 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('B: a read is not judged before all who may have acknowledged a write were heard', () => {
    const world = new World();
    world.reads(world.second, read(4 * S, { scope: GRANT, revision: 1 }));
    world.tell(world.second, { untilUs: 9 * S });
    world.observer.judge(9 * S);
    expect(world.observer.checked.reads).toBe(0);
    world.first.end();
    world.observer.judge(9 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('B: an eventual entry past its TTL', () => {
    const world = new World();
    world.reads(world.second, read(15.9 * S, { revision: 1 }), read(16.1 * S, { revision: 1 }));
    world.judge(20 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('C: a strict read, invoked after the revocation had returned, of the value before', () => {
    const stale = { scope: ROLE, revision: 1 };
    const world = new World();
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
    const world = new World();
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
    const world = new World();
    world.writesRole();
    world.revokesRole(1.2 * S);
    const revisions = [{ scope: 'role', key: KEY, revision: 3, write: 15 }];
    world.observer.committed({ revisions, invalidations: [] }, 1.3 * S);
    world.reads(world.second, read(1.4 * S, { scope: ROLE }));
    world.judge(2 * S);
    expect(world.broken).toEqual([]);
  });

  test('C: of a bounded scope nothing is revoked', () => {
    const world = new World();
    const revoked = { write: 12, returnedUs: 1.1 * S, waitedOut: 0, vouched: true };
    world.tell(world.first, { revocations: [revoked] });
    world.reads(world.second, read(1.2 * S, { scope: GRANT, revision: 1 }));
    world.judge(2 * S);
    expect(world.broken).toEqual([]);
  });

  test('B: what a strict scope shows L after an ordinary write (S6)', () => {
    const stale = { scope: ROLE, revision: 1 };
    const world = new World();
    world.writesRole();
    world.reads(world.second, read(3.1 * S - 1, stale), read(3.1 * S, stale));
    world.judge(4 * S);
    expect(world.broken).toEqual(['B']);
  });

  test('D: an eventual hit in a later turn of the event loop; of a bounded scope it may be', () => {
    const world = new World();
    const late = { outcome: 'late-hit' } as const;
    world.reads(world.first, read(2 * S, { ...late, scope: GRANT }), read(2 * S, late));
    world.judge(3 * S);
    expect(world.broken).toEqual(['D']);
  });

  test('G: a revision that falls within one life, not from one node to another', () => {
    const world = new World();
    world.reads(world.first, read(1.1 * S));
    world.reads(world.second, read(1.2 * S, { revision: 1 }));
    world.judge(2 * S);
    expect(world.broken).toEqual([]);
    world.reads(world.first, read(2.1 * S, { revision: 1 }));
    world.judge(3 * S);
    expect(world.broken).toEqual(['G']);
  });

  test('I: an entry that is gone without a word', () => {
    const world = new World();
    world.reads(world.first, read(2 * S), read(3 * S, { outcome: 'miss' }));
    world.judge(4 * S);
    expect(world.broken).toEqual(['I']);
  });

  test('I: two misses at the same time share a load, and nothing is gone', () => {
    const world = new World();
    const respondedUs = 2.5 * S;
    const together = { outcome: 'miss', respondedUs } as const;
    world.reads(world.first, read(2 * S, together), read(2.2 * S, together));
    world.judge(4 * S);
    expect(world.broken).toEqual([]);
  });

  test('I: a fill that outlived its TTL was never kept, and that is counted', () => {
    const lateAt = (us: number): string[] => {
      const world = new World();
      world.tell(world.first, { journal: [['late', us, 'item']] });
      world.reads(world.first, read(2 * S, { outcome: 'miss' }), read(3 * S, { outcome: 'miss' }));
      world.judge(4 * S);
      return world.broken;
    };
    expect(lateAt(2.5 * S)).toEqual([]);
    expect(lateAt(1.9 * S)).toEqual(['I']);
  });

  test('I: a drop that no committed invalidation explains', () => {
    const world = new World();
    const applied: JournalEntry = ['applied', 1.05 * S, 'item', 1, 'gossip'];
    world.tell(world.first, { journal: [applied, ['drop', 2 * S, 'item', KEY, 'invalidated']] });
    world.judge(3 * S);
    expect(world.broken).toEqual(['I']);
  });

  test('I: a reset may take applied-through back, and what is then applied again may drop again', () => {
    const again = (appliedThrough: number): string[] => {
      const world = new World();
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
    const world = new World();
    world.reads(world.first, read(2 * S, { revision: 3, write: 13 }));
    world.judge(3 * S);
    expect(world.broken).toEqual(['J']);
  });

  test('J: a read with a token that misses its write', () => {
    const world = new World();
    const tokenRead = { scope: 'item', key: KEY, written: 2, revision: 2, write: 11 };
    const times = { invokedUs: 1.1 * S, respondedUs: 1.2 * S };
    world.tell(world.second, { tokenReads: [{ ...tokenRead, ...times }] });
    expect(world.broken).toEqual([]);
    world.tell(world.second, { tokenReads: [{ ...tokenRead, ...times, revision: 1, write: 0 }] });
    expect(world.broken).toEqual(['J']);
  });

  test('J: the value of a read with a token is judged like any other', () => {
    const world = new World();
    const uncommitted = { scope: 'item', key: KEY, written: 2, revision: 7, write: 70 };
    const tokenRead = { ...uncommitted, invokedUs: 1.1 * S, respondedUs: 1.2 * S };
    world.tell(world.second, { tokenReads: [tokenRead] });
    world.judge(3 * S);
    expect(world.broken).toEqual(['J']);
  });

  test('J: an error of Hearsay that no fault explains', () => {
    const world = new World();
    world.tell(world.first, { failures: { HEARSAY_STALE_REFUSED: 3, 'connect ECONNREFUSED': 2 } });
    expect(world.broken).toEqual([]);
    world.tell(world.first, { failures: { HEARSAY_TRANSACTION_OPEN: 1 } });
    expect(world.broken).toEqual(['J']);
    expect(Object.fromEntries(world.observer.failures)).toEqual({
      ...{ HEARSAY_STALE_REFUSED: 3, 'connect ECONNREFUSED': 2, HEARSAY_TRANSACTION_OPEN: 1 },
    });
  });

  test('I: a drop that a write of unknown outcome explains, which may not be in the log (L2)', () => {
    const hinted = (hintUs: number, key = KEY): string[] => {
      const world = new World();
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
      const world = new World();
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

  describe('a strict read that is refused', () => {
    const INVOKED = 20 * S;
    const RESPONDED = 21 * S;

    function refused(
      disturbance?: readonly [node: string | undefined, beganUs: number, endedUs?: number],
      { wasReady = 0, waitedMs = 0 }: { wasReady?: 0 | 1; waitedMs?: number } = {},
    ): string[] {
      const world = new World();
      if (disturbance) {
        const [node, beganUs, endedUs] = disturbance;
        const end = world.observer.disturbances.begin(node, beganUs);
        if (endedUs !== undefined) end(endedUs);
      }
      world.tell(world.first, { refusals: [[INVOKED, RESPONDED, wasReady, waitedMs]] });
      expect(world.observer.checked.refused).toBe(1);
      return world.broken;
    }

    test.each([
      ['the log is out of reach', [undefined, 19 * S]],
      ['it went out of reach before the answer', [undefined, RESPONDED]],
      ['it came back a moment before', [undefined, 1 * S, INVOKED - 5 * S]],
      ['its own node was frozen', ['n1', 19 * S, 20 * S]],
    ] as const)('is right while %s', (_, disturbance) => {
      expect(refused(disturbance)).toEqual([]);
    });

    test.each([
      ['nothing was done', undefined],
      ['it was done afterwards', [undefined, RESPONDED + 1]],
      ['it was over long before', [undefined, 1 * S, INVOKED - 5 * S - 1]],
      ['another node was frozen', ['n2', 19 * S]],
    ] as const)('J: is wrong when %s', (_, disturbance) => {
      expect(refused(disturbance)).toEqual(['J']);
    });

    test('is no fault of a node that got no processor', () => {
      expect(refused(undefined, { waitedMs: 500 })).toEqual([]);
      expect(refused(undefined, { waitedMs: 499 })).toEqual(['J']);
    });

    test('H: by a node that said it was ready', () => {
      expect(refused([undefined, 19 * S], { wasReady: 1 })).toEqual(['H']);
    });
  });

  test('L1: a version of the log that was skipped', () => {
    const world = new World();
    const late = { scope: 'item', version: 3, kind: 'key', key: KEY } as const;
    world.observer.committed({ revisions: [], invalidations: [late] }, 2 * S);
    expect(world.observer.findings[0]?.violation.what).toContain('from version 1 to 3');
  });

  test('shows a rare violation also after many of another invariant', () => {
    const world = new World();
    for (let index = 0; index < 30; index++)
      world.reads(world.second, read((3 + index) * S, { scope: GRANT, revision: 1 }));
    world.reads(world.second, read(50 * S, { outcome: 'late-hit' }));
    world.judge(60 * S);
    expect(world.broken).toEqual(['B', 'B', 'B', 'B', 'B', 'D']);
    expect(Object.fromEntries(world.observer.broken)).toEqual({ B: 30, D: 1 });
  });

  test('tells the first violations with what became of the row and of the node, and counts all', () => {
    const world = new World();
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

  test('measures by how much the stalest answer was late', () => {
    const world = new World();
    world.reads(world.second, read(1.2 * S, { scope: GRANT, revision: 1 }));
    world.reads(world.first, read(9 * S, { scope: GRANT }));
    world.judge(10 * S);
    expect(world.observer.maxStalenessUs.get('grant')).toBe(0.2 * S);
  });
});

describe('at rest', () => {
  function atRest(world: World, more: Partial<NodeView>, revision = 2): void {
    const stats = { fillsKept: 1, entries: 1, ...more.stats };
    const entries = [[SCOPE_NAMES[ITEM] ?? '', KEY, revision]] as const;
    const rest = { view: view({ ...more, stats }), entries, epochs: EPOCHS, nowUs: 9 * S };
    world.observer.judgeAtRest(world.first, rest);
  }

  test('all is well when all is coherent, known and applied', () => {
    const world = new World();
    atRest(world, {});
    expect(world.observer.findings).toEqual([]);
    expect(world.observer.lost).toBe(0);
  });

  test('A: an entry that is older than the database', () => {
    const world = new World();
    atRest(world, {}, 1);
    expect(world.broken).toEqual(['A']);
  });

  test('I: books that do not add up', () => {
    const world = new World();
    atRest(world, { stats: { fillsKept: 2 } });
    expect(world.broken).toEqual(['I']);
  });

  test.each([
    ['it is not coherent', { coherence: 'isolated' }],
    ['it does not know a member', { members: ['e1'] }],
    ['it knows a dead one', { members: ['e1', 'e0'] }],
    ['it may not serve a strict scope', { rightless: ['role'] }],
  ])('J: %s', (_, more) => {
    const world = new World();
    atRest(world, more);
    expect(world.broken).toEqual(['J']);
  });

  test('J: caches that hold nothing', () => {
    const world = new World();
    const rest = { view: view(), entries: [], epochs: EPOCHS, nowUs: 9 * S };
    world.observer.judgeAtRest(world.first, rest);
    expect(world.broken).toEqual(['J']);
  });

  test('every invalidation that some node has not applied is lost, and counted once', () => {
    const world = new World();
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
