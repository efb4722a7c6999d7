import type { Origin } from '@hearsay/spi';
import { LIMITS } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import {
  Revocation,
  type RevocationEffect,
  type RevocationInput,
  type RevocationState,
} from '../../src/freshness/lease-revocation.js';
import { LeaseWatch } from '../../src/freshness/lease-watch.js';
import { LIFE, leaseRow, NEXT_LIFE, OTHER_LOG, origin, SELF, tableOf } from './lease-words.js';

const A = origin('a');
const B = origin('b');
/** L is 1,000 ms, so that the wait is over at 11,010 and rows read at 10,005 go at 11,015. */
const COMMITTED_MS = 10_000;
const READ_MS = 10_005;

const tick: RevocationInput = { kind: 'tick' };
const tableFailed: RevocationInput = { kind: 'table-failed' };
const tableRead = (...holders: Origin[]): RevocationInput => {
  return { kind: 'table-read', table: tableOf(holders.map((each) => leaseRow(each))) };
};
const acknowledged = (holder: Origin, log = LIFE): RevocationInput => {
  return { kind: 'acknowledged', holder, log };
};
const askFailed = (holder: Origin): RevocationInput => ({ kind: 'ask-failed', holder });

/** Effects in short: `read-table`, `ask a 500`, `done a | b vouched`, `remove b`. */
function shortly(effects: readonly RevocationEffect[]): string[] {
  return effects.map(short);
}

function short(effect: RevocationEffect): string {
  switch (effect.kind) {
    case 'read-table':
      return 'read-table';
    case 'ask':
      return `ask ${effect.holder.node} ${effect.timeoutMs}`;
    case 'done': {
      const { acknowledged: told, waitedOut, vouched } = effect.outcome;
      return `done ${names(told)} | ${names(waitedOut)}${vouched ? ' vouched' : ''}`;
    }
    case 'remove-leases':
      return `remove ${names(effect.rows.map(({ holder }) => holder))}`;
  }
}

function names(origins: readonly Origin[]): string {
  return origins.map(({ node }) => node).join();
}

function begun(options: { readonly watchedMs?: number; readonly asks?: boolean } = {}): Revocation {
  const { watchedMs = 2000, asks = true } = options;
  const watch = new LeaseWatch();
  watch.observe(LIFE, READ_MS - watchedMs);
  const { logId } = LIFE;
  const revocation = new Revocation({ self: SELF, logId, committedMs: COMMITTED_MS, asks }, watch);
  expect(shortly(revocation.start())).toEqual(['read-table']);
  return revocation;
}

/** In each state; `waiting` for a and b, `sweeping` after a has answered and b has not. */
function revocationIn(state: RevocationState): Revocation {
  const revocation = begun();
  if (state === 'retrying') revocation.handle(tableFailed, READ_MS);
  if (state === 'reading' || state === 'retrying') return revocation;
  revocation.handle(tableRead(A, B), READ_MS);
  if (state === 'waiting') return revocation;
  revocation.handle(acknowledged(A), 10_010);
  if (state === 'ended') revocation.handle(acknowledged(B), 10_010);
  else revocation.handle(tick, 11_010);
  return revocation;
}

describe('the state table of a revoker', () => {
  interface Row {
    readonly input: RevocationInput;
    readonly atMs: number;
    readonly to: RevocationState;
    readonly effects: readonly string[];
  }
  const never = COMMITTED_MS + 1.01 * LIMITS.leaseMsMax;
  const table: Readonly<Record<RevocationState, Readonly<Record<string, Row>>>> = {
    reading: {
      'table-read, holders': {
        input: tableRead(A, B),
        atMs: READ_MS,
        to: 'waiting',
        effects: ['ask a 500', 'ask b 500'],
      },
      'table-read, nobody': {
        input: tableRead(),
        atMs: READ_MS,
        to: 'ended',
        effects: ['done  |  vouched'],
      },
      'table-read, this node alone': {
        input: tableRead(SELF),
        atMs: READ_MS,
        to: 'ended',
        effects: ['done  |  vouched'],
      },
      'table-failed': { input: tableFailed, atMs: READ_MS, to: 'retrying', effects: [] },
      acknowledged: { input: acknowledged(A), atMs: READ_MS, to: 'reading', effects: [] },
      'ask-failed': { input: askFailed(A), atMs: READ_MS, to: 'reading', effects: [] },
      'tick before the longest L': { input: tick, atMs: never - 1, to: 'reading', effects: [] },
      'tick after the longest L': { input: tick, atMs: never, to: 'ended', effects: ['done  | '] },
    },
    retrying: {
      'table-read': { input: tableRead(A), atMs: 10_050, to: 'retrying', effects: [] },
      'table-failed': { input: tableFailed, atMs: 10_050, to: 'retrying', effects: [] },
      acknowledged: { input: acknowledged(A), atMs: 10_050, to: 'retrying', effects: [] },
      'ask-failed': { input: askFailed(A), atMs: 10_050, to: 'retrying', effects: [] },
      'tick before the retry': { input: tick, atMs: 10_104, to: 'retrying', effects: [] },
      'tick at the retry': { input: tick, atMs: 10_105, to: 'reading', effects: ['read-table'] },
      'tick after the longest L': { input: tick, atMs: never, to: 'ended', effects: ['done  | '] },
    },
    waiting: {
      'table-read': { input: tableRead(), atMs: 10_010, to: 'waiting', effects: [] },
      'table-failed': { input: tableFailed, atMs: 10_010, to: 'waiting', effects: [] },
      'acknowledged by one': { input: acknowledged(A), atMs: 10_010, to: 'waiting', effects: [] },
      'acknowledged by a stranger': {
        input: acknowledged(origin('c')),
        atMs: 10_010,
        to: 'waiting',
        effects: [],
      },
      'ask-failed': { input: askFailed(A), atMs: 10_010, to: 'waiting', effects: [] },
      'tick before L': { input: tick, atMs: 11_009, to: 'waiting', effects: [] },
      'tick at L': { input: tick, atMs: 11_010, to: 'sweeping', effects: ['done  | a,b vouched'] },
      'tick long after L': {
        input: tick,
        atMs: 12_000,
        to: 'ended',
        effects: ['done  | a,b vouched', 'remove a,b'],
      },
    },
    sweeping: {
      'table-read': { input: tableRead(), atMs: 11_011, to: 'sweeping', effects: [] },
      'table-failed': { input: tableFailed, atMs: 11_011, to: 'sweeping', effects: [] },
      acknowledged: { input: acknowledged(B), atMs: 11_011, to: 'sweeping', effects: [] },
      'acknowledged late, at the end': {
        input: acknowledged(B),
        atMs: 11_015,
        to: 'ended',
        effects: [],
      },
      'ask-failed': { input: askFailed(B), atMs: 11_011, to: 'sweeping', effects: [] },
      'tick before the rows may go': { input: tick, atMs: 11_014, to: 'sweeping', effects: [] },
      'tick when they may': { input: tick, atMs: 11_015, to: 'ended', effects: ['remove b'] },
    },
    ended: {
      'table-read': { input: tableRead(A), atMs: 20_000, to: 'ended', effects: [] },
      'table-failed': { input: tableFailed, atMs: 20_000, to: 'ended', effects: [] },
      acknowledged: { input: acknowledged(A), atMs: 20_000, to: 'ended', effects: [] },
      'ask-failed': { input: askFailed(A), atMs: 20_000, to: 'ended', effects: [] },
      tick: { input: tick, atMs: 20_000, to: 'ended', effects: [] },
    },
  };

  for (const [state, rows] of Object.entries(table) as [RevocationState, Record<string, Row>][])
    it.each(Object.entries(rows))(`${state}: %s`, (_name, { input, atMs, to, effects }) => {
      const revocation = revocationIn(state);
      expect(revocation.state).toBe(state);
      expect(shortly(revocation.handle(input, atMs))).toEqual(effects);
      expect(revocation.state).toBe(to);
    });
});

describe('a revocation (S2)', () => {
  it('is done when all holders have acknowledged', () => {
    const revocation = revocationIn('waiting');
    revocation.handle(acknowledged(B), 10_008);
    expect(shortly(revocation.handle(acknowledged(A), 10_009))).toEqual(['done b,a |  vouched']);
    expect(revocation.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('asks a holder again that did not answer, and in time for the end', () => {
    const revocation = revocationIn('waiting');
    revocation.handle(askFailed(A), 10_100);
    expect(revocation.nextDueMs()).toBe(10_200);
    expect(shortly(revocation.handle(tick, 10_199))).toEqual([]);
    expect(shortly(revocation.handle(tick, 10_200))).toEqual(['ask a 500']);
    revocation.handle(askFailed(A), 10_700);
    expect(shortly(revocation.handle(tick, 10_800))).toEqual(['ask a 210']);
  });

  it('asks nobody where there is no way to ask', () => {
    const revocation = begun({ asks: false });
    expect(shortly(revocation.handle(tableRead(A), READ_MS))).toEqual([]);
    expect(revocation.nextDueMs()).toBe(11_010);
    expect(shortly(revocation.handle(tick, 11_010))).toEqual(['done  | a vouched']);
  });

  it('waits for the longest L that the table knows, though its row is gone', () => {
    const revocation = begun({ watchedMs: 9000 });
    const table = tableOf([leaseRow(A)], { leaseMsMax: 5000 });
    revocation.handle({ kind: 'table-read', table }, READ_MS);
    expect(shortly(revocation.handle(tick, 15_049))).toEqual([]);
    expect(shortly(revocation.handle(tick, 15_050))).toEqual(['done  | a vouched']);
  });

  it('does not take a row away before a right can be over that began just before it was read', () => {
    const revocation = begun();
    revocation.handle(tableRead(A), 10_900);
    expect(shortly(revocation.handle(tick, 11_010))).toEqual(['done  | a vouched']);
    expect(revocation.nextDueMs()).toBe(11_910);
    expect(shortly(revocation.handle(tick, 11_910))).toEqual(['remove a']);
  });
});

describe('an acknowledgement (S3)', () => {
  it.each([
    ['life', NEXT_LIFE],
    ['log', OTHER_LOG],
  ])('of another %s does not count; the holder is asked again', (_what, log) => {
    const revocation = begun();
    revocation.handle(tableRead(A), READ_MS);
    expect(shortly(revocation.handle(acknowledged(A, log), 10_010))).toEqual([]);
    expect(shortly(revocation.handle(tick, 10_110))).toEqual(['ask a 500']);
    expect(shortly(revocation.handle(acknowledged(A), 10_120))).toEqual(['done a |  vouched']);
  });
});

describe('a table that is not known to name every holder (S4)', () => {
  const cases: Readonly<Record<string, () => [Revocation, RevocationInput]>> = {
    'of a life that was not watched for L': () => [begun({ watchedMs: 1009 }), tableRead(A)],
    'of another life than was watched': () => {
      const table = tableOf([leaseRow(A)], NEXT_LIFE);
      return [begun(), { kind: 'table-read', table }];
    },
    'of another log than was appended to': () => {
      const watch = new LeaseWatch();
      watch.observe(OTHER_LOG, 0);
      const { logId } = LIFE;
      const options = { self: SELF, logId, committedMs: COMMITTED_MS, asks: true };
      const table = tableOf([leaseRow(A)], OTHER_LOG);
      return [new Revocation(options, watch), { kind: 'table-read', table }];
    },
    'that lacks rows': () => {
      const table = tableOf([leaseRow(A)], { complete: false });
      return [begun(), { kind: 'table-read', table }];
    },
  };

  it.each(Object.entries(cases))('%s: L is waited, though all acknowledge', (_name, make) => {
    const [revocation, read] = make();
    expect(shortly(revocation.handle(read, READ_MS))).toEqual(['ask a 500']);
    const log = read.kind === 'table-read' ? read.table : LIFE;
    expect(shortly(revocation.handle(acknowledged(A, log), 10_010))).toEqual([]);
    expect(shortly(revocation.handle(tick, 11_009))).toEqual([]);
    expect(shortly(revocation.handle(tick, 11_010))).toEqual(['done a | ']);
    expect(revocation.state).toBe('ended');
  });
});
