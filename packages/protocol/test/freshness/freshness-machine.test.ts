import {
  databaseIncarnationOf,
  GENESIS,
  type LogPlace,
  type PollAnswer,
  scopeOf,
  type Version,
} from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { ScopesTooManyError } from '../../src/freshness/errors.js';
import { FreshnessMachine } from '../../src/freshness/freshness-machine.js';
import { Follower, following, shortly } from './follower.js';
import {
  announcementOf,
  logIdOf,
  ModelLog,
  type ModelRow,
  OTHER,
  positionOf,
  SCOPE,
} from './model-log.js';

const gap = (gapId: number) => ({ kind: 'gap', gapId }) as const;
const demand = (sinceMs: number, scope = SCOPE) => ({ kind: 'demand', scope, sinceMs }) as const;
const useScope = (scope = SCOPE) => ({ kind: 'use-scope', scope }) as const;

/** A scope with three commits, proven; the follower stands right after the answer. */
function atThree() {
  const log = new ModelLog();
  for (const key of ['a', 'b', 'c']) log.append(SCOPE, key);
  const follower = following(log, [SCOPE]);
  return { log, follower };
}

describe('the first use of a scope (L5)', () => {
  it('asks for a poll at once and begins with a reset at the counters that it reads', () => {
    const log = new ModelLog();
    log.append(SCOPE, 'a');
    const follower = new Follower(log);
    expect(shortly(follower.handle(useScope()))).toEqual(['poll']);
    expect(follower.poll?.request.positions).toEqual(new Map([[SCOPE, undefined]]));
    expect(shortly(follower.answer())).toEqual([
      'log-reachable true',
      'reset table first-use',
      'proved table 1000',
    ]);
    expect(follower.applied(SCOPE)).toBe(1);
  });

  it('is not answered by a poll that was sent before it', () => {
    const log = new ModelLog();
    log.append(OTHER, 'a');
    const follower = new Follower(log);
    follower.handle(useScope(SCOPE));
    expect(shortly(follower.handle(useScope(OTHER)))).toEqual([]);
    expect(shortly(follower.answer())).toEqual([
      'log-reachable true',
      'reset table first-use',
      'proved table 1000',
      'poll',
    ]);
    expect(follower.machine.freshAsOfMs(OTHER)).toBe(Number.NEGATIVE_INFINITY);
    expect(shortly(follower.answer())).toEqual([
      'proved table 1000',
      'reset auth.role first-use',
      'proved auth.role 1000',
    ]);
  });

  it('begins a scope without a counter at 0, so that its first commit is followed', () => {
    const log = new ModelLog();
    const follower = following(log, [SCOPE]);
    expect(follower.applied(SCOPE)).toBe(0);
    expect(shortly(follower.gossip(log.append(SCOPE, 'a')))).toEqual([
      'apply table a gossip',
      'advanced table 1 gossip',
    ]);
  });

  it('takes a scope that vanished from the log for one that lost its commits (L1)', () => {
    const { log, follower } = atThree();
    log.lose(SCOPE, 3);
    expect(shortly(follower.sync())).toContain('reset table chain-broken');
    expect(follower.applied(SCOPE)).toBe(0);
  });

  it('happens once', () => {
    const { follower } = atThree();
    expect(shortly(follower.handle(useScope()))).toEqual([]);
  });

  it('is refused one past scopesMax, and the scopes in use are untouched', () => {
    const follower = new Follower(new ModelLog(), { scopesMax: 2 });
    follower.handle(useScope(SCOPE));
    follower.handle(useScope(OTHER));
    expect(() => follower.handle(useScope(scopeOf('third')))).toThrow(ScopesTooManyError);
    follower.sync();
    expect(follower.machine.statuses(0).map(({ scope }) => scope)).toEqual([SCOPE, OTHER]);
  });
});

describe('events that arrive', () => {
  it('advance along the chain without a poll, and the poll then reads no row', () => {
    const { log, follower } = atThree();
    expect(shortly(follower.gossip(log.append(SCOPE, 'd')))).toEqual([
      'apply table d gossip',
      'advanced table 4 gossip',
    ]);
    expect(shortly(follower.sync())).toEqual(['poll', `proved table ${follower.nowMs}`]);
  });

  it('of one batch make one apply per scope, in the order of the batch', () => {
    const { log, follower } = atThree();
    follower.handle(useScope(OTHER));
    follower.sync();
    const [d, e, f] = ['d', 'e', 'f'].map((key) => log.append(SCOPE, key));
    const x = log.append(OTHER, 'x');
    if (!d || !e || !f) throw new Error('appended');
    expect(shortly(follower.gossip(f, x, d, e))).toEqual([
      'apply table f,d,e gossip',
      'advanced table 6 gossip',
      'apply auth.role x gossip',
      'advanced auth.role 1 gossip',
    ]);
  });

  it('have no effect the second time, so that fresh entries stay', () => {
    const { log, follower } = atThree();
    const d = log.append(SCOPE, 'd');
    const f = [log.append(SCOPE, 'e'), log.append(SCOPE, 'f')][1];
    if (!f) throw new Error('appended');
    follower.gossip(d, f);
    expect(shortly(follower.gossip(d, f))).toEqual([]);
    expect(shortly(follower.sync())).toContain('apply table e log');
  });

  it('are dropped early where a predecessor is missing, and advance once it comes', () => {
    const { log, follower } = atThree();
    const [d, e] = [log.append(SCOPE, 'd'), log.append(SCOPE, 'e')];
    expect(shortly(follower.gossip(e))).toEqual(['apply table e gossip']);
    expect(shortly(follower.gossip(d))).toEqual([
      'apply table d gossip',
      'advanced table 5 gossip',
    ]);
  });

  it('of a scope that is not in use are nothing to us', () => {
    const { log, follower } = atThree();
    expect(shortly(follower.gossip(log.append(OTHER, 'x')))).toEqual([]);
    expect(follower.machine.freshAsOfMs(OTHER)).toBe(Number.NEGATIVE_INFINITY);
    expect(follower.machine.status(OTHER, 0)).toBeUndefined();
  });

  it('of an own commit advance as local', () => {
    const { log, follower } = atThree();
    const announcements = [announcementOf(log.append(SCOPE, 'd'))];
    expect(shortly(follower.handle({ kind: 'committed', announcements }))).toEqual([
      'apply table d local',
      'advanced table 4 local',
    ]);
  });

  it('of an own commit drop what they name also where a restored log gave it an old number (L1)', () => {
    const { log, follower } = atThree();
    const announcement = announcementOf(log.append(SCOPE, 'd'));
    const place = { ...announcement.place, version: 2 } as LogPlace;
    const announcements = [{ ...announcement, place }];
    expect(shortly(follower.handle({ kind: 'committed', announcements }))).toEqual([
      'apply table d local',
    ]);
    expect(follower.applied(SCOPE)).toBe(3);
  });

  it('before the first answer drop what they name', () => {
    const log = new ModelLog();
    const follower = new Follower(log);
    follower.handle(useScope());
    expect(shortly(follower.gossip(log.append(SCOPE, 'a')))).toEqual(['apply table a gossip']);
    expect(follower.applied(SCOPE)).toBeUndefined();
  });
});

describe('hints (L2)', () => {
  it('without a place drop what they name, each time, and prove nothing', () => {
    const { follower } = atThree();
    const before = follower.machine.freshAsOfMs(SCOPE);
    const target = { kind: 'prefix', key: 'x' } as const;
    const hint = { kind: 'gossip', announcements: [{ scope: SCOPE, target }] } as const;
    for (let times = 0; times < 2; times++)
      expect(shortly(follower.handle(hint))).toEqual(['apply table x gossip']);
    expect(follower.applied(SCOPE)).toBe(3);
    expect(follower.machine.freshAsOfMs(SCOPE)).toBe(before);
  });

  it('are what events of another log are, also where the number and link would fit', () => {
    const { log, follower } = atThree();
    const d = { ...log.append(SCOPE, 'd'), logId: logIdOf(99) };
    expect(shortly(follower.gossip(d))).toEqual(['apply table d gossip']);
    expect(follower.applied(SCOPE)).toBe(3);
    expect(follower.machine.hasReached(positionOf(d))).toBe(false);
  });
});

describe('numbers that come again (L1)', () => {
  it('gossip over a link that does not match drops and asks the log, which decides', () => {
    const { log, follower } = atThree();
    log.lose(SCOPE, 1);
    log.append(SCOPE, 'c2');
    const d2 = log.append(SCOPE, 'd2');
    follower.tick(100);
    expect(shortly(follower.gossip(d2))).toEqual(['apply table d2 gossip', 'poll']);
    expect(follower.applied(SCOPE)).toBe(3);
    expect(shortly(follower.answer())).toEqual([
      'reset table chain-broken',
      `proved table ${follower.nowMs}`,
    ]);
    expect(follower.machine.hasReached(positionOf(d2))).toBe(true);
  });

  it('a known number under another id drops and asks the log, which may side with us', () => {
    const { log, follower } = atThree();
    const d = log.append(SCOPE, 'd');
    log.lose(SCOPE, 1);
    const d2 = log.append(SCOPE, 'd2');
    follower.gossip(d2);
    follower.tick(100);
    expect(shortly(follower.gossip(d))).toEqual(['apply table d gossip', 'poll']);
    expect(shortly(follower.answer())).toEqual([`proved table ${follower.nowMs}`]);
  });

  it('a counter with the same number under another id resets', () => {
    const { log, follower } = atThree();
    log.lose(SCOPE, 1);
    const c2 = log.append(SCOPE, 'c2');
    expect(shortly(follower.sync())).toContain('reset table chain-broken');
    expect(follower.machine.hasReached(positionOf(c2))).toBe(true);
  });

  it('a lost commit that gossip brought while the poll was under way resets', () => {
    const { log, follower } = atThree();
    follower.tick(1000);
    const sentMs = follower.nowMs;
    follower.gossip(log.append(SCOPE, 'd'));
    log.lose(SCOPE, 1);
    log.append(SCOPE, 'd2');
    follower.nowMs += 7;
    expect(shortly(follower.answer())).toEqual([
      'reset table chain-broken',
      `proved table ${sentMs}`,
    ]);
  });

  it('a failure of one scope does not touch another', () => {
    const { log, follower } = atThree();
    log.append(OTHER, 'x');
    follower.handle(useScope(OTHER));
    follower.sync();
    log.lose(SCOPE, 1);
    expect(shortly(follower.sync())).toEqual([
      'poll',
      'reset table chain-broken',
      `proved table ${follower.nowMs}`,
      `proved auth.role ${follower.nowMs}`,
    ]);
  });

  it('a peer that is wrong all the time does not storm the log', () => {
    const { log, follower } = atThree();
    const c = log.rows(SCOPE).at(-1);
    if (!c) throw new Error('appended');
    follower.tick(100);
    const wrong = { ...c, appendId: GENESIS };
    expect(shortly(follower.gossip(wrong))).toContain('poll');
    follower.answer();
    expect(shortly(follower.gossip(wrong))).toEqual(['apply table c gossip']);
    expect(follower.machine.nextDueMs()).toBe(follower.nowMs + 25);
    expect(shortly(follower.tick(25))).toEqual(['poll']);
  });
});

describe('pruning (L4)', () => {
  it('resets a reader whose next row is gone instead of passing over it', () => {
    const { log, follower } = atThree();
    for (let number = 4; number <= 10; number++) log.append(SCOPE, `k${number}`);
    log.prune(SCOPE, 7);
    expect(shortly(follower.sync())).toEqual([
      'poll',
      'reset table below-floor',
      `proved table ${follower.nowMs}`,
    ]);
    expect(follower.applied(SCOPE)).toBe(10);
  });

  it('does not touch a reader whom gossip brought beyond the floor', () => {
    const { log, follower } = atThree();
    follower.gossip(log.append(SCOPE, 'd'));
    log.prune(SCOPE, 4);
    expect(shortly(follower.sync())).toEqual(['poll', `proved table ${follower.nowMs}`]);
  });
});

describe('a long way to catch up', () => {
  it('is read in portions without a pause and proven by the last', () => {
    const log = new ModelLog();
    const follower = following(log, [SCOPE], { rowsMax: 2 });
    for (const key of ['a', 'b', 'c']) log.append(SCOPE, key);
    follower.tick(1000);
    follower.nowMs += 5;
    expect(shortly(follower.answer())).toEqual([
      'apply table a,b log',
      'advanced table 2 log',
      'poll',
    ]);
    expect(shortly(follower.answer())).toEqual([
      'apply table c log',
      'advanced table 3 log',
      `proved table ${follower.nowMs}`,
    ]);
  });
});

describe('another log (L8)', () => {
  it('resets every scope and begins at its counters, whatever the numbers', () => {
    const { log, follower } = atThree();
    follower.handle(useScope(OTHER));
    follower.sync();
    log.replace();
    const rows = ['p', 'q', 'r', 's'].map((key) => log.append(SCOPE, key));
    expect(shortly(follower.sync())).toEqual([
      'poll',
      'reset table log-changed',
      `proved table ${follower.nowMs}`,
      'reset auth.role log-changed',
      `proved auth.role ${follower.nowMs}`,
    ]);
    expect(rows.map((row) => follower.machine.hasReached(positionOf(row)))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    for (const row of rows) follower.handle({ kind: 'await-position', position: positionOf(row) });
    follower.tick(25);
    follower.answer();
    expect(rows.map((row) => follower.machine.hasReached(positionOf(row)))).not.toContain(false);
  });

  it('resets also where numbers and links would agree: a copy of a log is another log', () => {
    const { follower } = atThree();
    follower.tick(1000);
    const copy: PollAnswer = { ...follower.read(), logId: logIdOf(2) };
    expect(shortly(follower.answer(copy))).toContain('reset table log-changed');
  });
});

describe('another life of the database', () => {
  it('resets a scope of which events were forgotten since the log was read, and no other', () => {
    const log = new ModelLog();
    const follower = following(log, [SCOPE, OTHER], { pendingMax: 0 });
    log.append(SCOPE, 'a');
    follower.gossip(log.append(SCOPE, 'b'));
    log.lose(SCOPE, 1);
    follower.tick(1000);
    const answer = { ...follower.read(), incarnation: databaseIncarnationOf('life-2') };
    expect(shortly(follower.answer(answer))).toEqual([
      'reset table chain-broken',
      `proved table ${follower.nowMs}`,
      `proved auth.role ${follower.nowMs}`,
    ]);
  });
});

describe('the highest version that anything was heard of (F5)', () => {
  const known = ({ machine }: Follower) => machine.knownVersion(SCOPE);

  it('is not to be known before the first answer, and is that of nothing without a log', () => {
    const follower = new Follower(new ModelLog());
    follower.handle(useScope());
    expect(known(follower)).toBe(Infinity);
    const alone = new FreshnessMachine({ logged: false });
    alone.handle(useScope(), 0);
    expect(alone.knownVersion(SCOPE)).toBeUndefined();
  });

  it('is that of an event whose predecessor is missing, also where there is no room for it', () => {
    const log = new ModelLog();
    const follower = following(log, [SCOPE], { pendingMax: 1 });
    const [, , c, d] = ['a', 'b', 'c', 'd'].map((key) => log.append(SCOPE, key));
    follower.gossip(c as ModelRow, d as ModelRow);
    expect([follower.applied(SCOPE), known(follower)]).toEqual([0, 4]);
  });

  it('is what the log holds once it is read: what it has lost is forgotten', () => {
    const { log, follower } = atThree();
    const rows = ['d', 'e', 'f'].map((key) => log.append(SCOPE, key));
    follower.gossip(rows[2] as ModelRow);
    log.lose(SCOPE, 3);
    expect(known(follower)).toBe(6);
    follower.tick(1000);
    follower.answer();
    expect(known(follower)).toBe(3);
  });

  it('is not forgotten for what a poll read that was sent before, also where that resets', () => {
    const { log, follower } = atThree();
    log.lose(SCOPE, 1);
    log.append(SCOPE, 'c2');
    follower.tick(1000);
    const read = follower.read();
    follower.gossip(log.append(SCOPE, 'd2'));
    expect(shortly(follower.answer(read))).toContain('reset table chain-broken');
    expect([follower.applied(SCOPE), known(follower)]).toEqual([3, 4]);
  });

  it('is not forgotten for the first read of a scope either', () => {
    const { log, follower } = atThree();
    follower.tick(1000);
    follower.answer();
    follower.handle(useScope(OTHER));
    const read = follower.read();
    follower.gossip(log.append(OTHER, 'a'));
    follower.answer(read);
    expect(follower.machine.knownVersion(OTHER)).toBe(1);
  });

  it('is not to be known once another log was heard of, until a later reading tells (L8)', () => {
    const { log, follower } = atThree();
    follower.tick(1000);
    const read = follower.read();
    log.replace();
    follower.gossip(log.append(SCOPE, 'p'));
    expect(known(follower)).toBe(Infinity);
    follower.answer(read);
    expect(known(follower)).toBe(Infinity);
    follower.tick(1000);
    follower.answer();
    expect(known(follower)).toBe(1);
  });

  it('is known again although events of this log come during every poll', () => {
    const { log, follower } = atThree();
    follower.gossip({ ...log.append(SCOPE, 'd'), logId: logIdOf(99) });
    follower.tick(1000);
    const read = follower.read();
    follower.gossip(log.append(SCOPE, 'e'));
    follower.answer(read);
    expect(known(follower)).toBe(5);
  });

  it('is not that of an event of the log that was before (L8)', () => {
    const { log, follower } = atThree();
    const d = log.append(SCOPE, 'd');
    log.replace();
    log.append(SCOPE, 'p');
    follower.tick(1000);
    follower.gossip(d);
    expect(shortly(follower.answer())).toContain('reset table log-changed');
    expect(known(follower)).toBe(1);
  });

  it('is known again where that was not the log', () => {
    const { log, follower } = atThree();
    follower.gossip({ ...log.append(SCOPE, 'd'), logId: logIdOf(99) });
    expect(known(follower)).toBe(Infinity);
    follower.tick(1000);
    follower.answer();
    expect(known(follower)).toBe(4);
  });
});

describe('a jump of the clocks (F3)', () => {
  function suspended() {
    const { log, follower } = atThree();
    follower.tick(1000);
    const read = follower.read();
    follower.wallMs += 60_000;
    return { log, follower, read };
  }

  it('drops every proof and every entry, and polls', () => {
    const { follower } = atThree();
    follower.tick(100);
    follower.wallMs += 60_000;
    expect(shortly(follower.tick(1))).toEqual(['reset table clock-jump', 'poll']);
    expect(follower.machine.freshAsOfMs(SCOPE)).toBe(Number.NEGATIVE_INFINITY);
    expect(follower.machine.status(SCOPE, follower.nowMs)?.freshForMs).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(shortly(follower.answer())).toEqual([`proved table ${follower.nowMs}`]);
  });

  it('takes nothing from a poll that was sent before it', () => {
    const { log, follower, read } = suspended();
    log.append(SCOPE, 'd');
    expect(shortly(follower.tick(0))).toEqual(['reset table clock-jump']);
    expect(shortly(follower.answer(read))).toEqual(['poll']);
    expect(shortly(follower.answer())).toContain('apply table d log');
  });

  it('resets the scopes of a machine without a log too', () => {
    const follower = new Follower(new ModelLog(), { logged: false });
    follower.handle(useScope());
    follower.tick(0);
    follower.wallMs += 60_000;
    expect(shortly(follower.tick(0))).toEqual(['reset table clock-jump']);
  });
});

describe('demands (F4)', () => {
  it('join a poll that was sent at the moment they need, or later', () => {
    const { follower } = atThree();
    follower.tick(1000);
    const sentMs = follower.nowMs;
    follower.nowMs += 10;
    follower.handle(demand(sentMs));
    follower.handle(demand(sentMs - 500));
    expect(shortly(follower.answer())).toEqual([`proved table ${sentMs}`]);
  });

  it('never join one that was sent before; one more poll right after it serves them all', () => {
    const { log, follower } = atThree();
    follower.tick(1000);
    const sentMs = follower.nowMs;
    const old = follower.read();
    log.append(SCOPE, 'd');
    follower.nowMs += 10;
    for (const agoMs of [0, 5, 9]) follower.handle(demand(follower.nowMs - agoMs));
    expect(shortly(follower.answer(old))).toEqual([`proved table ${sentMs}`, 'poll']);
    expect(shortly(follower.answer())).toEqual([
      'apply table d log',
      'advanced table 4 log',
      `proved table ${follower.nowMs}`,
    ]);
    expect(follower.machine.nextDueMs()).toBeGreaterThan(follower.nowMs);
  });

  it('are answered at once where the proof is there', () => {
    const { follower } = atThree();
    const freshAsOfMs = follower.machine.freshAsOfMs(SCOPE);
    expect(shortly(follower.handle(demand(freshAsOfMs)))).toEqual([`proved table ${freshAsOfMs}`]);
    follower.nowMs += 1;
    expect(shortly(follower.handle(demand(follower.nowMs)))).toEqual(['poll']);
  });

  it('fail with the poll that they joined; those who came later get their own', () => {
    const { follower } = atThree();
    follower.tick(1000);
    const sentMs = follower.nowMs;
    follower.handle(demand(sentMs));
    follower.nowMs += 10;
    follower.handle(demand(follower.nowMs));
    expect(shortly(follower.fail())).toEqual([
      'log-reachable false',
      `unproved table ${sentMs}`,
      'poll',
    ]);
    expect(shortly(follower.fail())).toEqual([`unproved table ${follower.nowMs}`]);
  });

  it('poll at once after failures too, with one poll in flight at most', () => {
    const { follower } = atThree();
    follower.tick(1000);
    follower.fail();
    follower.nowMs += 1;
    expect(shortly(follower.handle(demand(follower.nowMs)))).toEqual(['poll']);
    expect(shortly(follower.handle(demand(follower.nowMs)))).toEqual([]);
  });

  it('of a scope first used after the send are not failed by that poll', () => {
    const { follower } = atThree();
    follower.tick(1000);
    follower.handle(useScope(OTHER));
    follower.handle(demand(follower.nowMs - 500, OTHER));
    expect(shortly(follower.fail())).toEqual(['log-reachable false', 'poll']);
    expect(shortly(follower.answer())).toContain(`proved auth.role ${follower.nowMs}`);
  });

  it('of a scope that is not in use, or without a log, fail at once', () => {
    const { follower } = atThree();
    expect(shortly(follower.handle(demand(5, OTHER)))).toEqual(['unproved auth.role 5']);
    const unlogged = new Follower(new ModelLog(), { logged: false });
    unlogged.handle(useScope());
    expect(shortly(unlogged.handle(demand(5)))).toEqual(['unproved table 5']);
  });
});

describe('what strict readers demand (F4)', () => {
  it('is not proven by a poll that was sent before, though the clock tells no difference', () => {
    const { follower } = atThree();
    follower.tick(1000);
    const sinceMs = follower.machine.unsentSinceMs(follower.nowMs);
    expect(sinceMs).toBeGreaterThan(follower.nowMs);
    follower.handle(demand(sinceMs));
    expect(shortly(follower.answer())).toEqual([`proved table ${follower.nowMs}`]);
    expect(follower.machine.freshAsOfMs(SCOPE)).toBeLessThan(sinceMs);
    expect(follower.machine.nextDueMs()).toBe(sinceMs);
    expect(shortly(follower.tick(1))).toEqual(['poll']);
    follower.answer();
    expect(follower.machine.freshAsOfMs(SCOPE)).toBeGreaterThanOrEqual(sinceMs);
  });

  it('is proven by a poll that is sent at the same moment, after they came', () => {
    const { follower } = atThree();
    follower.nowMs += 10;
    const sinceMs = follower.machine.unsentSinceMs(follower.nowMs);
    expect(sinceMs).toBe(follower.nowMs);
    expect(shortly(follower.handle(demand(sinceMs)))).toEqual(['poll']);
    expect(shortly(follower.answer())).toEqual([`proved table ${sinceMs}`]);
  });
});

describe('what a revoker says (S3)', () => {
  const revoked = (...rows: Parameters<typeof announcementOf>[0][]) =>
    ({ kind: 'revoked', announcements: rows.map(announcementOf) }) as const;

  it('advances along the chain as gossip does', () => {
    const { log, follower } = atThree();
    expect(shortly(follower.handle(revoked(log.append(SCOPE, 'd'))))).toEqual([
      'apply table d gossip',
      'advanced table 4 gossip',
    ]);
  });

  it('is dropped also where its number was applied here in a former life of the log', () => {
    const { log, follower } = atThree();
    log.lose(SCOPE, 2);
    const again = log.append(SCOPE, 'e');
    expect(shortly(follower.gossip(again))).toEqual([]);
    expect(shortly(follower.handle(revoked(again)))).toEqual(['apply table e gossip']);
  });
});

describe('tokens', () => {
  it('ask the log after a grace, unless gossip brings the position', () => {
    const { log, follower } = atThree();
    const d = log.append(SCOPE, 'd');
    const awaiting = { kind: 'await-position', position: positionOf(d) } as const;
    expect(shortly(follower.handle(awaiting))).toEqual([]);
    expect(follower.machine.nextDueMs()).toBe(follower.nowMs + 25);
    follower.gossip(d);
    expect(follower.machine.hasReached(positionOf(d))).toBe(true);
    expect(shortly(follower.tick(25))).toEqual([]);

    const e = log.append(SCOPE, 'e');
    follower.handle({ kind: 'await-position', position: positionOf(e) });
    expect(shortly(follower.tick(24))).toEqual([]);
    expect(shortly(follower.tick(1))).toEqual(['poll']);
    follower.answer();
    expect(follower.machine.hasReached(positionOf(e))).toBe(true);
  });

  it('wait for nothing where the position is reached or its scope is not in use', () => {
    const { log, follower } = atThree();
    const beforeMs = follower.machine.nextDueMs();
    const c = log.rows(SCOPE).at(-1);
    if (!c) throw new Error('appended');
    follower.handle({ kind: 'await-position', position: positionOf(c) });
    const x = log.append(OTHER, 'x');
    follower.handle({ kind: 'await-position', position: positionOf(x) });
    expect(follower.machine.nextDueMs()).toBe(beforeMs);
  });

  it('of a lost commit are not reached by the commit that took its number (L1)', () => {
    const { log, follower } = atThree();
    const lost = log.append(SCOPE, 'd');
    log.lose(SCOPE, 1);
    follower.gossip(log.append(SCOPE, 'd2'));
    expect(follower.machine.hasReached(positionOf(lost))).toBe(false);
  });
});

/** Three commits before the node begins: its chain knows of the first two that they were, not which. */
describe('tokens older than the chain remembers (L1, L8)', () => {
  function oldToken() {
    const { log, follower } = atThree();
    const [a] = log.rows(SCOPE);
    if (a === undefined) throw new Error('appended');
    return {
      log,
      follower,
      a,
      awaiting: { kind: 'await-position', position: positionOf(a) } as const,
    };
  }

  it('count once a poll that was sent after their reader came has proven the chain', () => {
    const { follower, a, awaiting } = oldToken();
    expect(follower.machine.hasReached(positionOf(a))).toBe(false);
    expect(shortly(follower.handle(awaiting))).toEqual([]);
    expect(shortly(follower.tick(25))).toEqual(['poll']);
    expect(follower.machine.hasReached(positionOf(a))).toBe(false);
    follower.answer();
    expect(follower.machine.hasReached(positionOf(a))).toBe(true);
  });

  it('do not count by a poll that was under way', () => {
    const { follower, a, awaiting } = oldToken();
    follower.tick(1100);
    expect(follower.poll).toBeDefined();
    follower.handle(awaiting);
    follower.answer();
    expect(follower.machine.hasReached(positionOf(a))).toBe(false);
    follower.tick(25);
    follower.answer();
    expect(follower.machine.hasReached(positionOf(a))).toBe(true);
  });

  it('count also where readers who bring them come during every poll', () => {
    const { follower, a, awaiting } = oldToken();
    follower.handle(awaiting);
    follower.tick(25);
    follower.handle(awaiting);
    follower.answer();
    expect(follower.machine.hasReached(positionOf(a))).toBe(true);
  });

  it('do not count on a node that has not seen that the log was taken back', () => {
    const { log, follower } = oldToken();
    log.lose(SCOPE, 3);
    const [, again] = ['x', 'y', 'z'].map((key) => log.append(SCOPE, key));
    if (again === undefined) throw new Error('appended');
    const position = positionOf(again);
    expect(follower.machine.hasReached(position)).toBe(false);
    follower.handle({ kind: 'await-position', position });
    follower.tick(25);
    expect(shortly(follower.answer())).toContain('reset table chain-broken');
    expect(follower.machine.hasReached(position)).toBe(true);
  });

  it('count no longer where another chain begins', () => {
    const { log, follower, a, awaiting } = oldToken();
    follower.handle(awaiting);
    follower.tick(25);
    follower.answer();
    log.lose(SCOPE, 3);
    for (const key of ['x', 'y', 'z']) log.append(SCOPE, key);
    follower.sync();
    expect(follower.machine.hasReached(positionOf(a))).toBe(false);
  });

  it('are remembered up to historyMax; the longest known is asked for again', () => {
    const log = new ModelLog();
    const [a, b, c] = ['a', 'b', 'c', 'd'].map((key) => positionOf(log.append(SCOPE, key)));
    if (!a || !b || !c) throw new Error('appended');
    const follower = following(log, [SCOPE], { historyMax: 2 });
    for (const position of [a, b, c]) {
      follower.handle({ kind: 'await-position', position });
      follower.sync();
    }
    expect([a, b, c].map((each) => follower.machine.hasReached(each))).toEqual([false, true, true]);
  });
});

describe('gaps (F8)', () => {
  it('are closed by a poll that was sent after they were learned, not by one under way', () => {
    const { follower } = atThree();
    follower.tick(1000);
    expect(shortly(follower.handle(gap(7)))).toEqual([]);
    expect(shortly(follower.answer())).toEqual([`proved table ${follower.nowMs}`, 'poll']);
    expect(shortly(follower.answer())).toEqual([`proved table ${follower.nowMs}`, 'gap-closed 7']);
  });

  it.each([SCOPE, OTHER])(
    'ask for a poll at once and wait until %s has applied it too',
    (behind) => {
      const log = new ModelLog();
      const follower = following(log, [SCOPE, OTHER], { rowsMax: 1 });
      log.append(behind, 'x');
      log.append(behind, 'y');
      expect(shortly(follower.handle(gap(7)))).toEqual(['poll']);
      expect(shortly(follower.answer())).not.toContain('gap-closed 7');
      expect(shortly(follower.answer()).at(-1)).toBe('gap-closed 7');
    },
  );

  it('outlast a poll that fails', () => {
    const { follower } = atThree();
    follower.handle(gap(7));
    follower.fail();
    expect(shortly(follower.sync())).toContain('gap-closed 7');
  });

  it('beyond gapsMax are closed by a reset; those that wait go on waiting', () => {
    const bounded = following(new ModelLog(), [SCOPE], { gapsMax: 2 });
    expect(shortly(bounded.handle(gap(1)))).toEqual(['poll']);
    expect(shortly(bounded.handle(gap(2)))).toEqual([]);
    expect(shortly(bounded.handle(gap(3)))).toEqual(['reset table gap', 'gap-closed 3']);
    const closed = shortly(bounded.sync()).filter((each) => each.startsWith('gap-closed'));
    expect(closed).toEqual(['gap-closed 1', 'gap-closed 2']);
  });

  it('without a log are closed at once by resets', () => {
    const follower = new Follower(new ModelLog(), { logged: false });
    follower.handle(useScope());
    expect(shortly(follower.handle(gap(7)))).toEqual(['reset table gap', 'gap-closed 7']);
  });

  it('of a node that uses no scope are closed at once', () => {
    expect(shortly(following(new ModelLog(), []).handle(gap(7)))).toEqual(['gap-closed 7']);
  });
});

describe('polling', () => {
  it('finds the log before any scope is in use', () => {
    const follower = new Follower(new ModelLog());
    expect(shortly(follower.tick(0))).toEqual(['poll']);
    expect(shortly(follower.answer())).toEqual(['log-reachable true']);
  });

  it('tells reachability when it changes', () => {
    const { follower } = atThree();
    const told = [false, false, true, true].map((works) => {
      follower.tick(10_000);
      const effects = works ? follower.answer() : follower.fail();
      return shortly(effects).filter((each) => each.startsWith('log-reachable'));
    });
    expect(told).toEqual([['log-reachable false'], [], ['log-reachable true'], []]);
  });

  it('comes faster in isolation, and at once when coherent again', () => {
    const { follower } = atThree();
    follower.tick(0);
    follower.handle({ kind: 'coherence', coherence: 'isolated' });
    expect(follower.machine.nextDueMs()).toBe(follower.nowMs + 250);
    expect(shortly(follower.handle({ kind: 'coherence', coherence: 'coherent' }))).toEqual([
      'poll',
    ]);
  });

  it('ignores an answer that nobody waits for any more', () => {
    const { follower } = atThree();
    follower.tick(1000);
    const late = { kind: 'poll-answer', pollId: follower.poll?.pollId ?? 0 } as const;
    const answer = follower.read();
    follower.fail();
    expect(follower.handle({ ...late, answer })).toEqual([]);
    expect(follower.handle({ kind: 'poll-failed', pollId: late.pollId })).toEqual([]);
  });

  it('ignores readings of scopes that were not asked for', () => {
    const { follower } = atThree();
    follower.tick(1000);
    const { readings, ...log } = follower.read();
    const head = { version: 9 as Version, appendId: GENESIS };
    const foreign = { scope: OTHER, head, floor: 0 as Version, rows: [] };
    const effects = follower.answer({ ...log, readings: [...readings, foreign] });
    expect(shortly(effects)).toEqual([`proved table ${follower.nowMs}`]);
  });

  it('does not happen without a log, where every event is a hint', () => {
    const log = new ModelLog();
    const follower = new Follower(log, { logged: false });
    follower.handle(useScope());
    expect(shortly(follower.tick(10_000))).toEqual([]);
    expect(follower.machine.nextDueMs()).toBe(follower.nowMs + 500);
    const a = log.append(SCOPE, 'a');
    for (let times = 0; times < 2; times++)
      expect(shortly(follower.gossip(a))).toEqual(['apply table a gossip']);
    expect(follower.machine.hasReached(positionOf(a))).toBe(false);
  });
});

describe('the status of a scope', () => {
  it('says what is applied, what the log holds, the age of the proof and the resets', () => {
    const { log, follower } = atThree();
    follower.gossip(log.append(SCOPE, 'd'));
    follower.nowMs += 30;
    expect(follower.machine.status(SCOPE, follower.nowMs)).toEqual({
      scope: SCOPE,
      appliedThrough: 4,
      logVersion: 3,
      freshForMs: 30,
      resets: 1,
    });
  });

  it('is unproven before the first answer', () => {
    const machine = new FreshnessMachine({ logged: true });
    machine.handle(useScope(), 0);
    expect(machine.status(SCOPE, 5)).toEqual({
      scope: SCOPE,
      appliedThrough: undefined,
      logVersion: undefined,
      freshForMs: Number.POSITIVE_INFINITY,
      resets: 0,
    });
  });
});
