import type { Origin } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { MESSAGE_LIMITS } from '../../src/mesh/message.js';
import { REPAIR_OPTIONS, RepairBench } from './repair-bench.js';
import { originOf, range, run } from './words.js';

const [O, P, Q, R] = [originOf('o'), originOf('p'), originOf('q'), originOf('r')];

describe('Repair asks', () => {
  it('for what is claimed and not here, once it has been missing for repairDelayMs', () => {
    const bench = new RepairBench().has(O, 1, 2);
    expect(bench.claim(P, O, 5)).toBe(true);
    expect(bench.asked(99)).toEqual([]);
    expect(bench.asked(1)).toEqual(['p: o 3..5']);
    expect(bench.asked()).toEqual([]);
  });

  it('for nothing that is here', () => {
    const bench = new RepairBench().has(O, 1, 2);
    expect(bench.claim(P, O, 2)).toBe(false);
    expect(bench.repair.wanted).toBe(0);
  });

  it('for what an event skipped, although nobody claims it', () => {
    const bench = new RepairBench().has(O, 1, 4);
    expect(bench.asked(100)).toEqual(['p: o 2..3']);
  });

  it('one peer at a time for one origin, and the next when that one lacks it', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 1);
    bench.claim(Q, O, 1);
    expect(bench.asked(100)).toEqual(['p: o 1']);
    bench.repair.lacks(P, [range(O, 1)]);
    expect(bench.asked()).toEqual(['q: o 1']);
  });

  it('those who claim first, then every linked peer: also who has claimed nothing may hold it', () => {
    const bench = new RepairBench().has(O, 3);
    bench.peers = [R, Q, P];
    bench.claim(P, O, 3);
    bench.claim(P, O, 4);
    expect(bench.asked(100)).toEqual(['p: o 1..2 o 4']);
    bench.repair.lacks(P, [range(O, 1, 2), range(O, 4)]);
    expect(bench.asked()).toEqual(['r: o 1..2']);
    bench.repair.lacks(R, [range(O, 1, 2)]);
    expect(bench.asked()).toEqual(['q: o 1..2']);
  });

  it('a peer only up to its own claim for what no event proves', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 2);
    bench.claim(Q, O, 9);
    bench.repair.forgetPeer(R);
    expect(bench.asked(100)).toEqual(['p: o 1..2']);
    bench.has(O, 1, 2);
    bench.repair.answered(P, [run(O, 1, 2)]);
    expect(bench.asked(100)).toEqual(['q: o 3..9']);
  });

  it('again after pullTimeoutMs, somebody else first', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 65);
    bench.claim(Q, O, 65);
    expect(bench.asked(100)).toEqual(['p: o 1..65']);
    expect(bench.asked(999)).toEqual([]);
    expect(bench.asked(1)).toEqual(['q: o 1..65']);
  });

  it('for little, after shortPullTimeoutMs: each peer once, then after pullTimeoutMs', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 64);
    bench.claim(Q, O, 64);
    expect(bench.asked(100)).toEqual(['p: o 1..64']);
    expect(bench.asked(199)).toEqual([]);
    expect(bench.asked(1)).toEqual(['q: o 1..64']);
    expect(bench.asked(200)).toEqual(['p: o 1..64']);
    expect(bench.asked(999)).toEqual([]);
    expect(bench.asked(1)).toEqual(['q: o 1..64']);
  });

  it('in no hurry where one pull asks for little of many origins', () => {
    const bench = new RepairBench();
    bench.peers = [P];
    bench.claim(P, O, 40);
    bench.claim(P, R, 40);
    expect(bench.asked(100)).toEqual(['p: o 1..40 r 1..40']);
    expect(bench.asked(999)).toEqual([]);
    expect(bench.asked(1)).toEqual(['p: o 1..40 r 1..40']);
  });

  it('for all origins in one pull per peer, oldest want first', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 1);
    bench.claim(P, R, 2);
    expect(bench.asked(100)).toEqual(['p: o 1 r 1..2']);
  });

  it('several peers at once for different origins', () => {
    const bench = new RepairBench();
    for (const origin of [O, R]) for (const peer of [P, Q]) bench.claim(peer, origin, 1);
    expect(bench.asked(100)).toEqual(['p: o 1', 'q: r 1']);
  });

  it('not again because of events that it did not ask for: a pull under way is enough', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 5);
    bench.asked(100);
    bench.has(O, 6);
    expect(bench.repair.answered(P, [run(O, 6)])).toBe(false);
    expect(bench.asked()).toEqual([]);
    bench.has(O, 1);
    expect(bench.repair.answered(P, [run(O, 1)])).toBe(true);
    expect(bench.asked()).toEqual(['p: o 2..5']);
  });

  it('not again while the events that follow a partial lack are on their way', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 5);
    bench.asked(100);
    bench.repair.lacks(P, [range(O, 1, 4)]);
    expect(bench.asked()).toEqual([]);
    bench.has(O, 5);
    bench.repair.answered(P, [run(O, 5)]);
    expect(bench.asked()).toEqual(['q: o 1..4']);
  });

  it('at most pullRangesMax ranges in one pull', () => {
    const bench = new RepairBench();
    bench.peers = [P];
    const odd = Array.from({ length: 64 }, (_, i) => 3 + 2 * i);
    for (let node = 0; node <= 16; node++) bench.has(originOf(`n${node}`), ...odd);
    const [pull] = bench.next(100).pulls;
    expect(pull?.ranges).toHaveLength(MESSAGE_LIMITS.pullRangesMax);
  });
});

describe('Repair gives up', () => {
  it('what every linked peer lacks below an event seen: that is lost (F8)', () => {
    const bench = new RepairBench().has(O, 3);
    bench.asked(100);
    bench.repair.lacks(P, [range(O, 1, 2)]);
    expect(bench.lost()).toEqual([]);
    bench.repair.lacks(Q, [range(O, 1, 2)]);
    expect(bench.lost()).toEqual(['o 1..2']);
  });

  it('only what all lack: the rest is asked for', () => {
    const bench = new RepairBench().has(O, 5);
    bench.asked(100);
    bench.repair.lacks(P, [range(O, 1, 4)]);
    bench.asked();
    bench.repair.lacks(Q, [range(O, 1, 2)]);
    bench.repair.answered(Q, [run(O, 3)]);
    bench.has(O, 3);
    const turn = bench.next();
    expect(turn.lost).toEqual([{ origin: O, ranges: [{ from: 1, to: 2 }] }]);
    expect(turn.pulls.map(({ to, ranges }) => [to, ...ranges])).toEqual([[Q, range(O, 4)]]);
  });

  it('nothing while isolated, however long, and all when it is alone', () => {
    const bench = new RepairBench().has(O, 2);
    bench.peers = [];
    expect(bench.next(100_000, 0, false).lost).toEqual([]);
    expect(bench.next().lost).toEqual([{ origin: O, ranges: [{ from: 1, to: 1 }] }]);
  });

  it('nothing for a silence that fell while isolated', () => {
    const bench = new RepairBench().has(O, 2);
    bench.peers = [P];
    bench.asked(100);
    for (let i = 0; i < 10; i++) expect(bench.next(1_000, 0, false).lost).toEqual([]);
    expect(bench.lost(1_000)).toEqual([]);
  });

  it('a claim that its own claimant cannot back: nothing is lost, the claimant is counted (F8)', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 7);
    bench.asked(100);
    bench.repair.lacks(P, [range(O, 1, 7)]);
    expect(bench.next()).toEqual({ pulls: [], lost: [], refuted: [O] });
    expect(bench.repair.wanted).toBe(0);
  });

  it('and does not believe the same claim again until the link ends', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 7);
    bench.asked(100);
    bench.repair.lacks(P, [range(O, 1, 7)]);
    bench.next();
    expect(bench.claim(P, O, 7)).toBe(false);
    expect(bench.claim(P, O, 8)).toBe(true);
    expect(bench.claim(Q, O, 7)).toBe(true);
    bench.repair.forgetPeer(P);
    expect(bench.claim(P, O, 7)).toBe(true);
  });

  it('a claim of 2^53-1 as any other, and what others claim below it is not touched', () => {
    const bench = new RepairBench().has(O, 1);
    bench.claim(P, O, Number.MAX_SAFE_INTEGER);
    bench.claim(Q, O, 3);
    expect(bench.asked(100)).toEqual([`p: o 2..${Number.MAX_SAFE_INTEGER}`]);
    bench.repair.lacks(P, [range(O, 2, Number.MAX_SAFE_INTEGER)]);
    const turn = bench.next();
    expect(turn.refuted).toEqual([O]);
    expect(turn.lost).toEqual([]);
    expect(turn.pulls.map(({ to, ranges }) => [to, ...ranges])).toEqual([[Q, range(O, 2, 3)]]);
  });

  it('not a claim whose newest event is on its way, although the rest is lacked', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 5);
    bench.asked(100);
    bench.repair.lacks(P, [range(O, 1, 4)]);
    expect(bench.next().refuted).toEqual([]);
  });

  it('nothing that only a claim speaks of, although its claimant lacks part of it (F8)', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 5);
    bench.asked(100);
    bench.repair.lacks(P, [range(O, 1, 4)]);
    const turn = bench.next(1_000);
    expect(turn).toMatchObject({ lost: [], refuted: [] });
    expect(turn.pulls.map(({ ranges }) => ranges)).toEqual([[range(O, 5)]]);
  });

  it('a peer that leaves three pulls in a row unanswered, for what is known to exist', () => {
    const bench = new RepairBench().has(O, 2);
    bench.peers = [P];
    bench.asked(100);
    expect([bench.lost(1_000), bench.lost(1_000), bench.lost(1_000)]).toEqual([[], [], ['o 1']]);
  });

  it('but never a claim by silence alone: it is asked for again and again', () => {
    const bench = new RepairBench();
    bench.peers = [P];
    bench.claim(P, O, 1);
    bench.asked(100);
    for (let i = 0; i < 10; i++) expect(bench.asked(1_000)).toEqual(['p: o 1']);
  });

  it('an unproven claim with its claimant, but not what an event proved', () => {
    const bench = new RepairBench().has(O, 2);
    bench.claim(P, O, 9);
    bench.claim(P, R, 9);
    bench.repair.forgetPeer(P);
    bench.peers = [Q];
    expect(bench.asked(100)).toEqual(['q: o 1']);
    expect(bench.repair.wanted).toBe(1);
  });
});

describe('Repair knows how old an event is that it asked for', () => {
  it('by the word of who claims it; what nobody claims is new', () => {
    const bench = new RepairBench();
    bench.nowMs = 10_000;
    bench.claim(P, O, 5, 4_000);
    expect(bench.repair.heardAtMs(O, 5, 11_000)).toBe(6_000);
    expect(bench.repair.heardAtMs(O, 6, 11_000)).toBe(11_000);
    expect(bench.repair.heardAtMs(R, 1, 11_000)).toBe(11_000);
  });

  it('and of several words takes that which makes it youngest', () => {
    const bench = new RepairBench();
    bench.nowMs = 10_000;
    bench.claim(P, O, 5, 4_000);
    bench.claim(Q, O, 7, 1_000);
    expect(bench.repair.heardAtMs(O, 5, 11_000)).toBe(9_000);
    expect(bench.repair.heardAtMs(O, 7, 11_000)).toBe(9_000);
  });

  it('but never takes it for younger than now', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 5, -500);
    expect(bench.repair.heardAtMs(O, 5, 100)).toBe(100);
  });
});

describe('Repair is bounded', () => {
  it('to 16 claimants of an origin, those with the highest heads', () => {
    const bench = new RepairBench();
    bench.peers = Array.from({ length: 20 }, (_, i) => originOf(`p${i}`));
    for (const [i, peer] of bench.peers.entries()) bench.claim(peer, O, i === 0 ? 9 : 5);
    for (const peer of bench.peers.slice(0, 15)) bench.repair.forgetPeer(peer);
    bench.peers = bench.peers.slice(15);
    expect(bench.asked(100)).toEqual(['p15: o 1..5']);
    bench.repair.forgetPeer(originOf('p15'));
    expect(bench.asked()).toEqual([]);
    bench.claim(originOf('p16'), O, 9);
    expect(bench.asked(100)).toEqual(['p16: o 1..9']);
  });

  it('and a higher head takes the place of the lowest', () => {
    const bench = new RepairBench();
    for (let i = 0; i < 16; i++) bench.claim(originOf(`p${i}`), O, 5 + (i === 3 ? 0 : 1));
    bench.claim(P, O, 9);
    bench.peers = [originOf('p3'), P];
    bench.repair.forgetPeer(originOf('p0'));
    expect(bench.asked(100, 0.99)).toEqual(['p: o 1..9']);
  });

  it('to originsMax origins that are only claimed; what events skipped is noticed all the same', () => {
    const bench = new RepairBench();
    for (let i = 0; i < REPAIR_OPTIONS.originsMax; i++)
      expect(bench.claim(P, originOf(`n${i}`), 1)).toBe(true);
    expect(bench.claim(P, originOf('one-more'), 1)).toBe(false);
    expect(bench.repair.wanted).toBe(REPAIR_OPTIONS.originsMax);
    bench.has(O, 2);
    expect(bench.repair.wanted).toBe(REPAIR_OPTIONS.originsMax + 1);
  });

  it('in what it remembers of refuted claims: the oldest is asked for once more', () => {
    const bench = new RepairBench();
    const refute = (origin: Origin) => {
      bench.claim(P, origin, 1);
      bench.next(100);
      bench.repair.lacks(P, [range(origin, 1)]);
      bench.next();
    };
    for (let i = 0; i <= REPAIR_OPTIONS.originsMax; i++) refute(originOf(`n${i}`));
    expect(bench.claim(P, originOf('n1'), 1)).toBe(false);
    expect(bench.claim(P, originOf('n0'), 1)).toBe(true);
  });
});

describe('Repair knows since when something is missing', () => {
  it('which is the age of what is still missing, not of what has come since', () => {
    const bench = new RepairBench();
    bench.claim(P, O, 2);
    bench.nowMs = 500;
    bench.claim(P, O, 4);
    expect(bench.repair.missingSinceMs()).toBe(0);
    bench.has(O, 1);
    bench.next();
    expect(bench.repair.missingSinceMs()).toBe(0);
    bench.has(O, 2);
    bench.next();
    expect(bench.repair.missingSinceMs()).toBe(500);
    bench.has(O, 3, 4);
    bench.next();
    expect(bench.repair.missingSinceMs()).toBe(Number.POSITIVE_INFINITY);
  });
});
