import { describe, expect, test } from 'vitest';
import {
  describeFault,
  type Fault,
  isProcessFault,
  isTrouble,
  planRound,
  type RoundOptions,
} from './schedule.ts';
import { TROUBLES } from './service-database.ts';

const FAULTS_MS = 45_000;
const ROUNDS = Array.from({ length: 40 }, (_, round) => plan({ round }));

function plan(options: Partial<RoundOptions> = {}): Fault[] {
  const troubles = TROUBLES.postgres;
  return planRound({
    seed: 1,
    round: 0,
    nodes: 5,
    faultsMs: FAULTS_MS,
    troubles,
    strict: true,
    ...options,
  });
}

function overlap(one: Fault, other: Fault): boolean {
  return one.atMs < other.atMs + other.forMs && other.atMs < one.atMs + one.forMs;
}

function pairs(faults: readonly Fault[]): [Fault, Fault][] {
  return faults.flatMap((one, index) =>
    faults.slice(index + 1).map((other): [Fault, Fault] => [one, other]),
  );
}

describe('the schedule', () => {
  test('is decided by seed and round alone', () => {
    expect(plan()).toEqual(plan());
    expect(plan({ round: 1 })).not.toEqual(plan());
    expect(plan({ seed: 2 })).not.toEqual(plan());
  });

  test('takes the largest seed', () => {
    expect(plan({ seed: 2 ** 32 - 1, round: 59 })).not.toEqual([]);
  });

  test('has all faults begin in order, and end in time', () => {
    for (const faults of ROUNDS) {
      const beginnings = faults.map(({ atMs }) => atMs);
      expect(beginnings).toEqual([...beginnings].sort((a, b) => a - b));
      for (const { atMs, forMs } of faults) expect(atMs + forMs).toBeLessThanOrEqual(FAULTS_MS + 1);
    }
  });

  test('has every kind, and faults that overlap', () => {
    const kinds = new Set(ROUNDS.flat().map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      ...['clockJump', 'crashAfterCommit', 'crashInCommit', 'cutOneWay', 'cutPair', 'delay'],
      ...[
        'freeze',
        'freezeDatabase',
        'freezeInHit',
        'isolate',
        'kill',
        'killDatabase',
        'lockWriters',
        'loss',
      ],
      ...['prune', 'reorder', 'split', 'stopDatabase'],
    ]);
    for (const faults of ROUNDS)
      expect(pairs(faults).some(([one, other]) => overlap(one, other))).toBe(true);
  });

  test('disturbs each process by one fault at a time, and at most two of them', () => {
    for (const faults of ROUNDS) {
      const disturbances = faults.filter(isProcessFault);
      for (const fault of disturbances) {
        const atOnce = disturbances.filter(
          (other) =>
            other !== fault && other.atMs <= fault.atMs && fault.atMs < other.atMs + other.forMs,
        );
        expect(atOnce.length).toBeLessThanOrEqual(1);
        expect(atOnce.map(({ node }) => node)).not.toContain(fault.node);
      }
    }
  });

  test('troubles the database in one way at a time, and in none that it does not have', () => {
    for (const faults of ROUNDS) {
      const troubles = faults.filter(({ kind }) => isTrouble(kind));
      expect(pairs(troubles).some(([one, other]) => overlap(one, other))).toBe(false);
    }
    const kinds = ROUNDS.flatMap((_, round) => plan({ round, troubles: [] }));
    expect(kinds.filter(({ kind }) => isTrouble(kind))).toEqual([]);
  });

  test('stops no process in a hit of a strict scope where there is none', () => {
    const kinds = ROUNDS.flatMap((_, round) => plan({ round, strict: false }));
    expect(kinds.filter(({ kind }) => kind === 'freezeInHit')).toEqual([]);
  });

  test('freezes hits for less than a lease and for more', () => {
    const forMs = ROUNDS.flat().flatMap((fault) =>
      fault.kind === 'freezeInHit' ? fault.forMs : [],
    );
    expect(Math.min(...forMs)).toBeLessThan(1_000);
    expect(Math.max(...forMs)).toBeGreaterThan(3_000);
  });

  test('cuts two different nodes from each other, and splits off less than half', () => {
    for (const fault of ROUNDS.flat()) {
      if (fault.kind === 'cutPair' || fault.kind === 'cutOneWay')
        expect(fault.from).not.toBe(fault.to);
      if (fault.kind === 'split') expect(fault.minority).toHaveLength(2);
    }
  });

  test('is told in words that name the nodes', () => {
    const cut = { kind: 'cutOneWay', atMs: 7, forMs: 1_200, from: 0, to: 4 } as const;
    expect(describeFault(cut)).toBe('cutOneWay from n1 to n5 for 1200 ms');
    const split = { kind: 'split', atMs: 7, forMs: 9, minority: [1, 2] } as const;
    expect(describeFault(split)).toBe('split minority n2,n3 for 9 ms');
    const prune = { kind: 'prune', atMs: 7, forMs: 0, keepRows: 3 } as const;
    expect(describeFault(prune)).toBe('prune keepRows 3');
  });
});
