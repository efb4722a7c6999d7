import { SimulatedClock } from '@hearsay/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ADMIN_LIMITS, type AdminNode, type NodeEvent } from '../../src/index.js';
import { Faults } from '../../src/server/faults.js';

const HOUR_MS = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function faultsOf(state: object = {}) {
  const clock = new SimulatedClock();
  const node = {
    clock,
    state: () => ({ readiness: { ready: true, reasons: [] }, logReachable: true, ...state }),
  };
  return { clock, faults: new Faults(node as unknown as AdminNode) };
}

const member = (state: string, before: string | undefined, reason = 'silent'): NodeEvent =>
  ({
    kind: 'member',
    change: { before, member: { state, reason, origin: { node: 'b' } } },
  }) as never;

describe('faults', () => {
  test('are what went wrong: not joins, leaves, first uses, or the same state again', () => {
    const { faults } = faultsOf();
    const events: NodeEvent[] = [
      member('alive', undefined),
      member('left', 'alive'),
      member('suspect', 'alive'),
      member('suspect', 'suspect'),
      member('dead', 'suspect'),
      // As each node is at its start.
      { kind: 'coherence', coherence: 'isolated' },
      { kind: 'coherence', coherence: 'coherent' },
      { kind: 'coherence', coherence: 'isolated' },
      { kind: 'coherence', coherence: 'dark' },
      { kind: 'reset', reset: { scope: 'item', reason: 'first-use', atMs: 0 } as never },
      { kind: 'reset', reset: { scope: 'item', reason: 'gap', atMs: 0 } as never },
    ];
    for (const event of events) faults.heard(event);
    expect(faults.list().map(({ kind, text }) => [kind, text])).toEqual([
      ['reset', 'scope item was reset: gap'],
      ['coherence', 'this node is dark'],
      ['coherence', 'this node is isolated'],
      ['member', 'b is dead: silent'],
      ['member', 'b is suspect: silent'],
    ]);
  });

  test('of the log and of readiness are told once, when they begin', () => {
    const state = {
      logReachable: false,
      readiness: { ready: false, reasons: [{ message: 'x' }, { message: 'y' }] },
    };
    const { faults } = faultsOf(state);
    vi.advanceTimersByTime(3_000);
    expect(faults.list().map(({ text }) => text)).toEqual([
      'x; y',
      'the version log is out of reach',
    ]);
  });

  test('that the transport only counts are told at once, then once a minute with how often', () => {
    const counters = {
      gaps: 0,
      admissionsRefused: 0,
      admissionsRefusedKey: 0,
      admissionsRefusedSelf: 0,
    };
    const { clock, faults } = faultsOf({ transport: { counters } });
    const texts = () => faults.list().map(({ kind, text }) => `${kind}: ${text}`);
    const lookAfter = (ms: number) => {
      clock.advance(ms);
      vi.advanceTimersByTime(1_000);
    };
    counters.admissionsRefused = 2;
    counters.admissionsRefusedSelf = 1;
    counters.admissionsRefusedKey = 1;
    lookAfter(1_000);
    expect(texts()).toEqual(['admission: refused to admit a peer, once: key']);
    counters.admissionsRefusedKey = 41;
    lookAfter(59_999);
    expect(texts()).toHaveLength(1);
    lookAfter(1);
    lookAfter(60_000);
    expect(texts()).toHaveLength(2);
    expect(texts()[0]).toBe('admission: refused to admit a peer, 40 times: key');
    counters.gaps = 1;
    lookAfter(1_000);
    expect(texts()[0]).toBe('gap: events were lost, once: the log was read, or scopes were reset');
  });

  test('are forgotten after an hour, and the oldest first where there are too many', () => {
    const { clock, faults } = faultsOf();
    for (let i = 0; i <= ADMIN_LIMITS.faultsKept; i++) faults.add('subscriber', `${i}`);
    const list = faults.list();
    expect(list).toHaveLength(ADMIN_LIMITS.faultsKept);
    expect([list[0]?.text, list.at(-1)?.text]).toEqual([`${ADMIN_LIMITS.faultsKept}`, '1']);
    clock.advance(HOUR_MS);
    expect(faults.list()).toHaveLength(ADMIN_LIMITS.faultsKept);
    clock.advance(1);
    expect(faults.list()).toEqual([]);
  });
});
