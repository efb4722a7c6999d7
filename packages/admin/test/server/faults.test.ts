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
