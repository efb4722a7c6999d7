import { describe, expect, it } from 'vitest';
import { Relays } from '../../src/membership/relays.js';
import { originOf } from './words.js';

const requester = originOf('a');
const target = originOf('b');
const relay = { requester, requestSequence: 7, target, nackAtMs: 100, endMs: 1_000 };

describe('probes for others', () => {
  it('are bounded: at the bound one is taken, one past it refused', () => {
    const relays = new Relays(2);
    expect([1, 2, 3].map((sequence) => relays.add(sequence, { ...relay }))).toEqual([
      true,
      true,
      false,
    ]);
    expect(relays.size).toBe(2);
  });

  it('are settled by the target alone, and once', () => {
    const relays = new Relays(2);
    relays.add(1, { ...relay });
    expect(relays.answered(requester, 1)).toBeUndefined();
    expect(relays.answered(target, 2)).toBeUndefined();
    expect(relays.answered(target, 1)).toMatchObject({ requester, requestSequence: 7 });
    expect(relays.answered(target, 1)).toBeUndefined();
  });

  it('owe a nack once, may be answered after it, and end', () => {
    const relays = new Relays(2);
    relays.add(1, { ...relay });
    expect(relays.due(99)).toHaveLength(0);
    expect(relays.due(100)).toHaveLength(1);
    expect(relays.due(101)).toHaveLength(0);
    expect(relays.size).toBe(1);
    relays.due(1_000);
    expect(relays.size).toBe(0);
  });
});
