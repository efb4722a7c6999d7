import { SimulatedClock } from '@hearsay/testkit';
import { describe, expect, test } from 'vitest';
import { ADDRESSES_MAX, HandshakeBudget } from '../src/handshake-budget.js';

function budgetOf(failuresMax: number) {
  const clock = new SimulatedClock();
  const budget = new HandshakeBudget(failuresMax, clock);
  const fail = (host: string, times: number) => {
    for (let i = 0; i < times; i++) budget.failed(host);
  };
  return { clock, budget, fail };
}

describe('the handshakes that one address may waste', () => {
  test('are as many as allowed, and then one a second', () => {
    const { clock, budget, fail } = budgetOf(3);
    fail('192.0.2.1', 2);
    expect(budget.isSpent('192.0.2.1')).toBe(false);
    fail('192.0.2.1', 1);
    expect(budget.isSpent('192.0.2.1')).toBe(true);
    clock.advance(999);
    expect(budget.isSpent('192.0.2.1')).toBe(true);
    clock.advance(1);
    expect(budget.isSpent('192.0.2.1')).toBe(false);
    fail('192.0.2.1', 1);
    expect(budget.isSpent('192.0.2.1')).toBe(true);
  });

  test('may be one', () => {
    const { budget, fail } = budgetOf(1);
    expect(budget.isSpent('192.0.2.1')).toBe(false);
    fail('192.0.2.1', 1);
    expect(budget.isSpent('192.0.2.1')).toBe(true);
  });

  test('are nobody else’s', () => {
    const { budget, fail } = budgetOf(1);
    fail('192.0.2.1', 5);
    expect(budget.isSpent('192.0.2.2')).toBe(false);
  });

  test('are counted together for one IPv6 network, however it is written', () => {
    const { budget, fail } = budgetOf(1);
    fail('2001:db8:0:7::1', 1);
    expect(budget.isSpent('2001:0db8::7:ffff:0:0:2')).toBe(true);
    expect(budget.isSpent('2001:db8:0:8::1')).toBe(false);
    fail('::1', 1);
    expect(budget.isSpent('0:0:0:0::2')).toBe(true);
  });

  test('are the same for an IPv4 address that came by IPv6', () => {
    const { budget, fail } = budgetOf(1);
    fail('::ffff:192.0.2.1', 1);
    expect(budget.isSpent('192.0.2.1')).toBe(true);
    expect(budget.isSpent('::ffff:192.0.2.2')).toBe(false);
  });

  test('are remembered of so many addresses, the latest ones', () => {
    const { budget, fail } = budgetOf(1);
    const hostOf = (i: number) => `10.0.${i >> 8}.${i & 255}`;
    for (let i = 0; i <= ADDRESSES_MAX; i++) fail(hostOf(i), 1);
    expect(budget.isSpent(hostOf(0))).toBe(false);
    expect(budget.isSpent(hostOf(1))).toBe(true);
  });
});
