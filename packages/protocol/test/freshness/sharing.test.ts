import {
  databaseIncarnationOf,
  type Epoch,
  type NodeName,
  type Origin,
  originId,
  type Scope,
  scopeOf,
} from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import type { FreshnessOptions } from '../../src/freshness/options.js';
import { FRESHNESS_DEFAULTS } from '../../src/freshness/options.js';
import { rendezvous } from '../../src/freshness/rendezvous.js';
import { Follower, following, shortly } from './follower.js';
import { logIdOf, ModelLog, type ModelRow, OTHER, SCOPE } from './model-log.js';

const ALL: readonly Origin[] = Array.from({ length: 5 }, (_, index) => ({
  node: `n${index}` as NodeName,
  epoch: '0'.repeat(16) as Epoch,
}));
const POLLERS = rendezvous('pollers', ALL).slice(0, 2);
const [POLLER] = POLLERS as [Origin];
const SELF = ALL.find((one) => !POLLERS.includes(one)) as Origin;
const [FIRST, SECOND] = rendezvous(originId(SELF), POLLERS) as [Origin, Origin];
const { shareTimeoutMs, shareSpacingMs, shareLeadMs, shareShunMs, shareGraceMs } =
  FRESHNESS_DEFAULTS;

function share(follower: Follower, self = SELF, followers = ALL): string[] {
  return shortly(follower.handle({ kind: 'members', self, followers }));
}

/** Proven at three commits by an own poll, right now; others could be asked from now on. */
function sharing(options: Partial<FreshnessOptions> = {}, scopes: readonly Scope[] = [SCOPE]) {
  const log = new ModelLog();
  for (const key of ['a', 'b', 'c']) log.append(SCOPE, key);
  const follower = following(log, scopes, options);
  share(follower);
  return { log, follower };
}

/** The same, with a question on its way. */
function asking(options: Partial<FreshnessOptions> = {}) {
  const world = sharing(options);
  const { follower } = world;
  for (let i = 0; follower.ask === undefined && i < 200; i++) follower.tick(10);
  return { ...world, askedMs: follower.nowMs };
}

describe('whom a node asks in place of polling (F6)', () => {
  it('one of the few who poll, the one that it prefers', () => {
    const { follower } = asking();
    expect(follower.ask).toMatchObject({ peer: FIRST, scopes: [SCOPE], timeoutMs: shareTimeoutMs });
    expect(follower.poll).toBeUndefined();
  });

  it('nobody, when it is one of them itself', () => {
    const { follower } = sharing();
    share(follower, POLLER);
    expect(shortly(follower.tick(1000))).toEqual(['poll']);
  });

  it('nobody where fewer follow the log than is worth it, and from one more on somebody', () => {
    const { follower } = sharing();
    share(follower, SELF, ALL.slice(0, 4));
    expect(shortly(follower.tick(1000))).toEqual(['poll']);
    follower.answer();
    share(follower, SELF, ALL);
    expect(shortly(follower.tick(1200))).toEqual([`ask ${FIRST.node} table`]);
  });

  it('the other one at once when the first does not answer, and nobody when neither does', () => {
    const { follower } = asking();
    follower.nowMs += 10;
    follower.peerFails();
    expect(follower.ask?.peer).toEqual(SECOND);
    follower.nowMs += 10;
    follower.peerFails();
    expect(follower.ask).toBeUndefined();
    expect(follower.poll, 'an own poll').toBeDefined();
    follower.answer();
    expect(shortly(follower.tick(1000))).toEqual(['poll']);
  });

  it('who did not answer again only after a while', () => {
    const { follower } = asking();
    follower.peerFails();
    follower.peerFails();
    const failedMs = follower.nowMs;
    while (follower.ask === undefined) {
      follower.tick(10);
      if (follower.poll) follower.answer();
    }
    expect(follower.nowMs).toBeGreaterThanOrEqual(failedMs + shareShunMs);
    expect(follower.ask).toMatchObject({ peer: FIRST });
  });

  it('nobody while isolated', () => {
    const { follower } = sharing();
    follower.handle({ kind: 'coherence', coherence: 'isolated' });
    expect(shortly(follower.tick(250))).toEqual(['poll']);
    expect(follower.ask).toBeUndefined();
  });

  it('whoever did not answer while it was isolated, once it is back', () => {
    const { follower } = asking();
    follower.handle({ kind: 'coherence', coherence: 'isolated' });
    follower.peerFails();
    follower.sync();
    follower.handle({ kind: 'coherence', coherence: 'coherent' });
    expect(follower.ask?.peer).toEqual(FIRST);
  });

  it('nobody when it is to poll faster than others do', () => {
    const { follower } = sharing({ intervalMs: shareSpacingMs - 1 });
    expect(shortly(follower.tick(shareSpacingMs))).toEqual(['poll']);
  });

  it('nobody when its scopes do not fit one question', () => {
    const long = (i: number) => scopeOf(String(i).padStart(64, 'x'));
    const count = Math.floor((65_536 - 8) / 66);
    const fits = Array.from({ length: count }, (_, i) => long(i));
    const { follower } = sharing({}, fits);
    while (follower.ask === undefined && follower.poll === undefined) follower.tick(10);
    expect(follower.ask?.scopes).toHaveLength(count);
    const tooMany = sharing({}, [...fits, long(count)]);
    expect(shortly(tooMany.follower.tick(1100))).toEqual(['poll']);
  });
});

describe('what an answer proves (F6)', () => {
  it('is the time of the question, where all of it is applied', () => {
    const { follower, askedMs } = asking();
    follower.nowMs += 40;
    expect(shortly(follower.peerAnswers())).toEqual([`proved table ${askedMs}`]);
    expect(follower.machine.freshAsOfMs(SCOPE)).toBe(askedMs);
    expect(follower.machine.status(SCOPE, 0)).toMatchObject({ appliedThrough: 3, logVersion: 3 });
  });

  it('is that of a scope without a counter too', () => {
    const { follower } = sharing({}, [OTHER]);
    while (follower.ask === undefined) follower.tick(10);
    const askedMs = follower.nowMs;
    expect(shortly(follower.peerAnswers())).toEqual([`proved auth.role ${askedMs}`]);
  });

  it('is nothing while rows are missing here, and comes into force when gossip brings them', () => {
    const { log, follower, askedMs } = asking();
    const [d, e] = [log.append(SCOPE, 'd'), log.append(SCOPE, 'e')];
    expect(shortly(follower.peerAnswers())).toEqual([]);
    expect(shortly(follower.gossip(e))).toEqual(['apply table e gossip']);
    expect(shortly(follower.gossip(d))).toEqual([
      'apply table d gossip',
      'advanced table 5 gossip',
      `proved table ${askedMs}`,
    ]);
  });

  it('raises the version that is known here, and tells which log counts (F5)', () => {
    const { log, follower } = asking();
    const known = () => follower.machine.knownVersion(SCOPE);
    const d = log.append(SCOPE, 'd');
    follower.peerAnswers();
    expect(known()).toBe(4);
    follower.gossip(d, { ...log.append(SCOPE, 'e'), logId: logIdOf(99) });
    expect(known()).toBe(Infinity);
    while (follower.ask === undefined) follower.tick(10);
    follower.peerAnswers();
    expect(known()).toBe(5);
  });

  it('does not lower the version that is known here where it contradicts it (F5)', () => {
    const { log, follower } = sharing();
    const rows = ['d', 'e'].map((key) => log.append(SCOPE, key));
    follower.gossip(rows[1] as ModelRow);
    while (follower.ask === undefined) follower.tick(10);
    log.lose(SCOPE, 2);
    follower.peerAnswers();
    expect(follower.machine.knownVersion(SCOPE)).toBe(5);
    follower.answer();
    expect(follower.machine.knownVersion(SCOPE)).toBe(3);
  });

  it('makes this node read the rows itself when gossip does not bring them in time', () => {
    const { log, follower, askedMs } = asking();
    log.append(SCOPE, 'd');
    follower.peerAnswers();
    while (follower.poll === undefined) follower.tick(10);
    expect(follower.nowMs).toBeGreaterThan(askedMs + shareGraceMs / 2);
    expect(follower.nowMs).toBeLessThanOrEqual(askedMs + shareGraceMs + 10);
    expect(shortly(follower.answer())).toContain('apply table d log');
  });

  it.each<[string, (follower: Follower) => object]>([
    ['another life of the database', () => ({ incarnation: databaseIncarnationOf('life-2') })],
    ['another log', () => ({ logId: 'f'.repeat(32) })],
    [
      'a number that was applied here under another id',
      (follower) => ({
        heads: new Map(
          [...follower.peerReads().heads].map(([scope, head]) => [
            scope,
            { ...head, appendId: 'f'.repeat(16) },
          ]),
        ),
      }),
    ],
    ['no counter of a scope that had one', () => ({ heads: new Map() })],
  ])('is nothing from %s: an own poll decides, and its sender is left alone', (_, change) => {
    const { follower } = asking();
    const before = follower.machine.freshAsOfMs(SCOPE);
    follower.nowMs += 10;
    const reading = { ...follower.peerReads(), ...change(follower) };
    expect(shortly(follower.peerAnswers(reading))).toEqual(['poll']);
    expect(follower.machine.freshAsOfMs(SCOPE)).toBe(before);
    follower.answer();
    while (follower.ask === undefined) follower.tick(10);
    expect(follower.ask.peer).toEqual(SECOND);
  });

  it('is nothing across a pause of the process (F3)', () => {
    const { follower } = asking();
    follower.wallMs += 60_000;
    expect(shortly(follower.tick(0))).toEqual(['reset table clock-jump', 'poll']);
    follower.nowMs += 10;
    expect(shortly(follower.peerAnswers())).toEqual([]);
    expect(follower.machine.freshAsOfMs(SCOPE)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is not owed any more across a pause either', () => {
    const { log, follower } = asking();
    const d = log.append(SCOPE, 'd');
    follower.peerAnswers();
    follower.wallMs += 60_000;
    follower.tick(0);
    expect(shortly(follower.gossip(d))).toEqual([
      'apply table d gossip',
      'advanced table 4 gossip',
    ]);
    expect(follower.machine.freshAsOfMs(SCOPE)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is nothing when it comes for a question that is not awaited any more', () => {
    const { follower } = asking();
    const reading = follower.peerReads();
    const pollId = follower.ask?.pollId ?? 0;
    follower.peerFails();
    expect(shortly(follower.handle({ kind: 'counters-answer', pollId, reading }))).toEqual([]);
  });

  it('closes a gap that was learned before the question, and none that was learned after (F8)', () => {
    const { follower } = sharing();
    follower.handle({ kind: 'gap', gapId: 1 });
    expect(follower.ask, 'asked at once').toBeDefined();
    follower.handle({ kind: 'gap', gapId: 2 });
    follower.nowMs += 5;
    expect(shortly(follower.peerAnswers())).toContain('gap-closed 1');
    expect(follower.ask, 'asked again').toBeDefined();
    expect(shortly(follower.peerAnswers())).toContain('gap-closed 2');
  });
});

describe('when a node polls although it asks (F6)', () => {
  it.each([
    [1000, 850],
    [1500, 1350],
  ])(
    'with a bound of %d ms: %d ms after the last proof, whatever becomes of the question',
    (boundMs, latestMs) => {
      const { follower } = sharing();
      follower.handle({ kind: 'use-scope', scope: SCOPE, boundMs });
      const provenMs = follower.machine.freshAsOfMs(SCOPE);
      while (follower.poll === undefined) follower.tick(1);
      expect(follower.ask, 'a question that is not answered').toBeDefined();
      expect(follower.nowMs - provenMs).toBeLessThanOrEqual(latestMs);
      expect(follower.nowMs - provenMs).toBeGreaterThan(0.9 * latestMs - 2);
    },
  );

  it('a bound of less than a second is none of it: its readers poll', () => {
    const { follower } = sharing();
    follower.handle({ kind: 'use-scope', scope: SCOPE, boundMs: 999 });
    const provenMs = follower.machine.freshAsOfMs(SCOPE);
    while (follower.poll === undefined) follower.tick(1);
    expect(follower.nowMs - provenMs).toBeGreaterThan(1500);
  });

  it('for a reader at once, who joins no question (F4)', () => {
    const { follower } = asking();
    const sinceMs = follower.nowMs;
    expect(shortly(follower.handle({ kind: 'demand', scope: SCOPE, sinceMs }))).toEqual(['poll']);
    expect(shortly(follower.answer())).toEqual([`proved table ${sinceMs}`]);
  });

  it('never while answers come: they are asked for when the poller may poll anew', () => {
    const { follower } = sharing();
    follower.handle({ kind: 'use-scope', scope: SCOPE, boundMs: 1000 });
    const asksMs: number[] = [];
    for (let i = 0; i < 5_000; i++) {
      follower.tick(1);
      if (follower.ask === undefined) continue;
      asksMs.push(follower.nowMs);
      follower.peerAnswers();
    }
    expect(follower.poll).toBeUndefined();
    const gaps = asksMs.slice(1).map((atMs, i) => atMs - (asksMs[i] ?? 0));
    expect(new Set(gaps)).toEqual(new Set([shareSpacingMs - shareLeadMs]));
  });

  it('not at once after isolation: others are asked, and given time to answer (M2)', () => {
    const { follower } = sharing();
    follower.handle({ kind: 'coherence', coherence: 'isolated' });
    follower.handle({ kind: 'coherence', coherence: 'coherent' });
    expect(follower.poll).toBeUndefined();
    expect(follower.ask).toBeDefined();
    const healedMs = follower.nowMs;
    while (follower.poll === undefined) follower.tick(1);
    expect(follower.nowMs).toBe(healedMs + shareTimeoutMs);
  });
});

describe('questions of others', () => {
  const question = (questionId: number, ...scopes: Scope[]) =>
    ({ kind: 'question', questionId, scopes }) as const;

  it('are answered by a poll that leaves after they came (F6)', () => {
    const { log, follower } = sharing();
    follower.tick(1000);
    share(follower, POLLER);
    while (follower.poll === undefined) follower.tick(10);
    expect(shortly(follower.handle(question(7, SCOPE)))).toEqual([]);
    const before = follower.read();
    log.append(SCOPE, 'd');
    expect(shortly(follower.answer(before))).not.toContain('tell 7 table 3');
    while (follower.poll === undefined) follower.tick(10);
    expect(shortly(follower.answer())).toContain('tell 7 table 4');
  });

  it('share one poll, spaced from the one before', () => {
    const { follower } = sharing();
    share(follower, POLLER);
    const sentMs: number[] = [];
    for (const ids of [
      [1, 2],
      [3, 4],
    ]) {
      follower.handle(question(ids[0] as number, SCOPE));
      follower.handle(question(ids[1] as number, OTHER));
      while (follower.poll === undefined) follower.tick(1);
      sentMs.push(follower.nowMs);
      const { positions } = follower.poll.request;
      expect([[...positions.keys()], positions.get(OTHER)]).toEqual([[SCOPE, OTHER], undefined]);
      const told = shortly(follower.answer()).slice(0, 2);
      expect(told).toEqual([`tell ${ids[0]} table 3`, `tell ${ids[1]} `]);
    }
    expect((sentMs[1] ?? 0) - (sentMs[0] ?? 0)).toBe(shareSpacingMs);
    expect(follower.machine.statuses(0)).toHaveLength(1);
  });

  it('are told when there is no answer: the poll failed', () => {
    const { follower } = sharing();
    share(follower, POLLER);
    follower.handle(question(1, SCOPE));
    while (follower.poll === undefined) follower.tick(10);
    expect(shortly(follower.fail())).toContain('tell 1 nothing');
    expect(shortly(follower.handle(question(2, SCOPE)))).toEqual(['tell 2 nothing']);
  });

  it('are refused before the log was read, and without a log', () => {
    const early = new Follower(new ModelLog());
    expect(shortly(early.handle(question(1, SCOPE)))).toContain('tell 1 nothing');
    const without = new Follower(new ModelLog(), { logged: false });
    expect(shortly(without.handle(question(1, SCOPE)))).toEqual(['tell 1 nothing']);
  });
});
