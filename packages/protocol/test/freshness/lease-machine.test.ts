import type { LeaseSeq } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import {
  type LeaseEffect,
  type LeaseInput,
  LeaseMachine,
  type LeaseState,
} from '../../src/freshness/lease-machine.js';
import { LIFE, NEXT_LIFE, OTHER_LOG, SELF } from './lease-words.js';
import { OTHER, SCOPE } from './model-log.js';

const OFFSET_MS = 1_000_000;
const START_MS = 10;

const use = (leaseMs = 1000, scope = SCOPE): LeaseInput => ({ kind: 'use-scope', scope, leaseMs });
const tick = (nowMs: number, jumpMs = 0): LeaseInput => {
  return { kind: 'tick', wallMs: OFFSET_MS + nowMs + jumpMs, random: 0.5 };
};
const committed = (seq: number, readableFromMs: number): LeaseInput => {
  return { kind: 'lease-committed', leaseSeq: seq as LeaseSeq, readableFromMs };
};
const failed = (seq: number): LeaseInput => ({ kind: 'lease-failed', leaseSeq: seq as LeaseSeq });
const proved = (freshAsOfMs: number, scope = SCOPE): LeaseInput => {
  return { kind: 'proved', scope, freshAsOfMs };
};
const logRead = (log = LIFE): LeaseInput => ({ kind: 'log-read', log });
const stop: LeaseInput = { kind: 'stop' };

/** Effects in short: `commit 1 1000`, `demand table 20`, `remove 1,2`. */
function shortly(effects: readonly LeaseEffect[]): string[] {
  return effects.map(short);
}

function short(effect: LeaseEffect): string {
  switch (effect.kind) {
    case 'commit-lease':
      return `commit ${effect.row.leaseSeq} ${effect.row.leaseMs}`;
    case 'demand':
      return `demand ${effect.scope} ${effect.sinceMs}`;
    case 'remove-leases':
      return `remove ${effect.rows.map(({ leaseSeq }) => leaseSeq)}`;
  }
}

function holds(machine: LeaseMachine, nowMs: number, scope = SCOPE): boolean {
  return machine.right(scope)?.holds(nowMs, OFFSET_MS + nowMs) ?? false;
}

/** In each state, as short a way there as there is. The lease of 1,000 ms was sent at 10. */
function machineIn(state: LeaseState): LeaseMachine {
  const machine = new LeaseMachine(SELF);
  machine.handle(logRead(), 0);
  if (state === 'unused') return machine;
  machine.handle(use(), START_MS);
  machine.handle(tick(START_MS), START_MS);
  if (state === 'committing') return machine;
  machine.handle(committed(1, 20), 20);
  machine.handle(proved(21), 25);
  if (state === 'stopped') machine.handle(stop, 30);
  return machine;
}

/** A machine with a right until 810, whose next lease is due at 410. */
const resting = () => machineIn('resting');

describe('the state table of a holder', () => {
  interface Row {
    readonly input: LeaseInput;
    readonly atMs: number;
    readonly to: LeaseState;
    readonly effects: readonly string[];
    /** Whether the right that `resting` had before is there afterwards. */
    readonly keeps?: boolean;
  }
  const table: Readonly<Record<LeaseState, Readonly<Record<string, Row>>>> = {
    unused: {
      'use-scope': { input: use(), atMs: 50, to: 'resting', effects: [] },
      tick: { input: tick(50), atMs: 50, to: 'unused', effects: [] },
      'a jump': { input: tick(50, 999), atMs: 50, to: 'unused', effects: [] },
      'lease-committed': { input: committed(1, 50), atMs: 50, to: 'unused', effects: [] },
      'lease-failed': { input: failed(1), atMs: 50, to: 'unused', effects: [] },
      proved: { input: proved(50), atMs: 50, to: 'unused', effects: [] },
      'log-read': { input: logRead(), atMs: 50, to: 'unused', effects: [] },
      'another life': { input: logRead(NEXT_LIFE), atMs: 50, to: 'unused', effects: [] },
      stop: { input: stop, atMs: 50, to: 'stopped', effects: [] },
    },
    committing: {
      'use-scope': { input: use(2000, OTHER), atMs: 50, to: 'committing', effects: [] },
      tick: { input: tick(5000), atMs: 5000, to: 'committing', effects: [] },
      'a jump': { input: tick(50, 21), atMs: 50, to: 'committing', effects: ['commit 2 1000'] },
      'lease-committed': {
        input: committed(1, 50),
        atMs: 50,
        to: 'resting',
        effects: ['demand table 50'],
      },
      'a stranger committed': { input: committed(7, 50), atMs: 50, to: 'committing', effects: [] },
      'lease-failed': { input: failed(1), atMs: 50, to: 'resting', effects: [] },
      'a stranger failed': { input: failed(7), atMs: 50, to: 'committing', effects: [] },
      proved: { input: proved(50), atMs: 50, to: 'committing', effects: [] },
      'log-read': { input: logRead(), atMs: 50, to: 'committing', effects: [] },
      'another life': { input: logRead(NEXT_LIFE), atMs: 50, to: 'resting', effects: [] },
      stop: { input: stop, atMs: 50, to: 'stopped', effects: ['remove 1'] },
    },
    resting: {
      'use-scope': { input: use(2000, OTHER), atMs: 50, to: 'resting', effects: [], keeps: true },
      'tick before the renewal': {
        input: tick(409),
        atMs: 409,
        to: 'resting',
        effects: [],
        keeps: true,
      },
      'tick at the renewal': {
        input: tick(410),
        atMs: 410,
        to: 'committing',
        effects: ['commit 2 1000'],
        keeps: true,
      },
      'a jump': { input: tick(50, -21), atMs: 50, to: 'committing', effects: ['commit 2 1000'] },
      'lease-committed': {
        input: committed(1, 50),
        atMs: 50,
        to: 'resting',
        effects: [],
        keeps: true,
      },
      'lease-failed': { input: failed(1), atMs: 50, to: 'resting', effects: [], keeps: true },
      proved: { input: proved(50), atMs: 50, to: 'resting', effects: [], keeps: true },
      'log-read': { input: logRead(), atMs: 50, to: 'resting', effects: [], keeps: true },
      'another life': { input: logRead(NEXT_LIFE), atMs: 50, to: 'resting', effects: [] },
      'another log': { input: logRead(OTHER_LOG), atMs: 50, to: 'resting', effects: [] },
      stop: { input: stop, atMs: 50, to: 'stopped', effects: ['remove 1'] },
    },
    stopped: {
      'use-scope': { input: use(), atMs: 50, to: 'stopped', effects: [] },
      tick: { input: tick(5000), atMs: 5000, to: 'stopped', effects: [] },
      'lease-committed': { input: committed(1, 50), atMs: 50, to: 'stopped', effects: [] },
      'lease-failed': { input: failed(1), atMs: 50, to: 'stopped', effects: [] },
      proved: { input: proved(50), atMs: 50, to: 'stopped', effects: [] },
      'another life': { input: logRead(NEXT_LIFE), atMs: 50, to: 'stopped', effects: [] },
      stop: { input: stop, atMs: 50, to: 'stopped', effects: [] },
    },
  };

  for (const [state, rows] of Object.entries(table) as [LeaseState, Record<string, Row>][])
    it.each(Object.entries(rows))(`${state}: %s`, (_name, { input, atMs, to, effects, keeps }) => {
      const machine = machineIn(state);
      expect(machine.state).toBe(state);
      expect(shortly(machine.handle(input, atMs))).toEqual(effects);
      expect(machine.state).toBe(to);
      expect(holds(machine, atMs)).toBe(keeps ?? false);
    });
});

describe('a right (S1)', () => {
  it('lasts a share of L from the send of its registration', () => {
    const machine = resting();
    expect(holds(machine, 809)).toBe(true);
    expect(holds(machine, 810)).toBe(false);
  });

  it('does not last longer for a read that came late', () => {
    const machine = machineIn('committing');
    machine.handle(committed(1, 700), 700);
    machine.handle(proved(750), 760);
    expect(holds(machine, 809)).toBe(true);
    expect(holds(machine, 810)).toBe(false);
  });

  it('is not given by a read that was sent before the commit was answered', () => {
    const machine = machineIn('committing');
    machine.handle(committed(1, 20), 20);
    machine.handle(proved(19.9), 25);
    expect(holds(machine, 25)).toBe(false);
    machine.handle(proved(20), 30);
    expect(holds(machine, 30)).toBe(true);
  });

  it('moves with the lease, not with a read: a renewal is a new lease', () => {
    const machine = resting();
    machine.handle(proved(400), 400);
    machine.handle(tick(410), 410);
    expect(holds(machine, 809)).toBe(true);
    machine.handle(committed(2, 420), 420);
    machine.handle(proved(419), 425);
    expect(holds(machine, 811)).toBe(false);
    machine.handle(proved(420), 430);
    expect(holds(machine, 1209)).toBe(true);
    expect(holds(machine, 1210)).toBe(false);
  });

  it('is not given by a lease that was given up, although its commit is answered in the end', () => {
    const machine = resting();
    machine.handle(tick(410), 410);
    machine.handle(failed(2), 450);
    machine.handle(tick(560), 560);
    expect(machine.handle(committed(2, 570), 570)).toEqual([]);
    machine.handle(proved(570), 580);
    expect(holds(machine, 811)).toBe(false);
  });

  it('belongs to its scope', () => {
    const machine = new LeaseMachine(SELF);
    machine.handle(use(1000, SCOPE), 0);
    machine.handle(use(500, OTHER), 0);
    expect(shortly(machine.handle(tick(0), 0))).toEqual(['commit 1 1000']);
    expect(shortly(machine.handle(committed(1, 5), 5))).toEqual([
      'demand table 5',
      'demand auth.role 5',
    ]);
    machine.handle(proved(5, OTHER), 10);
    expect([holds(machine, 399, OTHER), holds(machine, 399, SCOPE)]).toEqual([true, false]);
    expect(holds(machine, 400, OTHER)).toBe(false);
    expect(machine.right(SCOPE)).not.toBe(machine.right(OTHER));
  });

  it('waits for a row that says its L: of a scope with a longer one, and for the next of a shorter', () => {
    const machine = resting();
    machine.handle(use(3000, OTHER), 50);
    machine.handle(proved(60, OTHER), 60);
    expect(holds(machine, 60, OTHER)).toBe(false);
    expect(shortly(machine.handle(tick(60), 60))).toEqual(['commit 2 3000']);
    machine.handle(committed(2, 70), 70);
    machine.handle(proved(70, OTHER), 80);
    expect(holds(machine, 80, OTHER)).toBe(true);
    machine.handle(use(500, OTHER), 90);
    expect(holds(machine, 90, OTHER)).toBe(false);
    machine.handle(use(4000, OTHER), 90);
    expect(machine.statuses(90)).toEqual([
      { scope: SCOPE, leaseMs: 1000, rightForMs: 720 },
      { scope: OTHER, leaseMs: 500, rightForMs: 0 },
    ]);
  });

  it('of a scope that came during a registration with a shorter L takes another', () => {
    const machine = machineIn('committing');
    machine.handle(use(3000, OTHER), 15);
    machine.handle(committed(1, 20), 20);
    expect(shortly(machine.handle(tick(20), 20))).toEqual(['commit 2 3000']);
  });
});

describe('what ends all rights', () => {
  it('is a jump against the clocks at the send, however slowly it came about (F3)', () => {
    const machine = resting();
    for (const step of [1, 2, 3]) {
      const nowMs = 100 + step;
      expect(machine.handle(tick(nowMs, 7 * step), nowMs).length).toBe(step === 3 ? 1 : 0);
    }
    expect(holds(machine, 104)).toBe(false);
    machine.handle(committed(2, 110), 110);
    machine.handle(proved(110), 120);
    expect(machine.right(SCOPE)?.holds(120, OFFSET_MS + 120 + 21)).toBe(true);
  });

  it.each([
    ['life', NEXT_LIFE],
    ['log', OTHER_LOG],
  ])('is another %s of the database: the lease is taken anew at once (S4)', (_what, life) => {
    const machine = resting();
    machine.handle(logRead(life), 100);
    machine.handle(proved(100), 100);
    expect(holds(machine, 100)).toBe(false);
    expect(machine.nextDueMs()).toBe(100);
    expect(shortly(machine.handle(tick(100), 100))).toEqual(['commit 2 1000']);
  });

  it('is the stop of a leaver: then the rows go, of which either may stand (S5)', () => {
    const machine = resting();
    machine.handle(tick(410), 410);
    expect(shortly(machine.handle(stop, 420))).toEqual(['remove 1,2']);
    expect(holds(machine, 420)).toBe(false);
    expect(machine.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a registration that fails', () => {
  it('is tried again after a tenth of L, then after longer and longer, up to eight times that', () => {
    const machine = machineIn('committing');
    let nowMs = START_MS;
    const waits: number[] = [];
    for (let seq = 1; seq <= 6; seq++) {
      machine.handle(failed(seq), nowMs);
      waits.push(Math.round(machine.nextDueMs() - nowMs));
      nowMs = machine.nextDueMs();
      expect(shortly(machine.handle(tick(nowMs), nowMs))).toEqual([`commit ${seq + 1} 1000`]);
    }
    expect(waits).toEqual([100, 200, 400, 800, 800, 800]);
    machine.handle(committed(7, nowMs), nowMs);
    expect(machine.nextDueMs()).toBe(nowMs + 400);
  });

  it('is tried at different times by different nodes', () => {
    const dueAt = (random: number) => {
      const machine = new LeaseMachine(SELF);
      machine.handle(use(), 0);
      machine.handle({ kind: 'tick', wallMs: OFFSET_MS, random }, 0);
      machine.handle(failed(1), 0);
      return machine.nextDueMs();
    };
    expect([dueAt(0), dueAt(0.5)]).toEqual([70, 100]);
  });
});
