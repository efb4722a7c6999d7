import { describe, expect, test } from 'vitest';
import { cutsOf, netemOf } from './network-faults.ts';
import type { NetworkFault } from './schedule.ts';

const when = { atMs: 0, forMs: 1 };
const pair: NetworkFault = { kind: 'cutPair', ...when, from: 0, to: 1 };
const oneWay: NetworkFault = { kind: 'cutOneWay', ...when, from: 0, to: 1 };
const isolated: NetworkFault = { kind: 'isolate', ...when, node: 1 };
const split: NetworkFault = { kind: 'split', ...when, minority: [2] };
const loss: NetworkFault = { kind: 'loss', ...when, node: 1, lossPercent: 20 };

function ways(active: readonly NetworkFault[]): string[] {
  return cutsOf(active, 3).map(([from, to]) => `${from}>${to}`);
}

describe('what is cut', () => {
  test.each([
    ['one way', oneWay, ['0>1']],
    ['a pair', pair, ['0>1', '1>0']],
    ['an isolated node', isolated, ['0>1', '1>0', '1>2', '2>1']],
    ['a split', split, ['0>2', '1>2', '2>0', '2>1']],
    ['a loss', loss, []],
  ])('by %s', (_, fault, expected) => {
    expect(ways([fault])).toEqual(expected);
  });

  test('is everything that any fault cuts, so that the end of one leaves the others', () => {
    expect(ways([pair, isolated])).toEqual(ways([isolated]));
    expect(ways([pair, split])).toHaveLength(6);
    expect(ways([pair])).toEqual(['0>1', '1>0']);
  });
});

describe('how packets are treated', () => {
  const slow: NetworkFault = { kind: 'delay', ...when, node: 1, delayMs: 100, jitterMs: 30 };
  const mixed: NetworkFault = { kind: 'reorder', ...when, node: 1, delayMs: 20, reorderPercent: 9 };

  test('is the worst of all faults of the host', () => {
    const more: NetworkFault = { ...loss, lossPercent: 30 };
    expect(netemOf([loss, slow, mixed, more], 1)).toEqual({
      ...{ lossPercent: 30, delayMs: 100, jitterMs: 30, reorderPercent: 9 },
    });
  });

  test('is perfect for another host', () => {
    expect(netemOf([loss, slow, mixed, isolated, pair], 0)).toEqual({
      ...{ lossPercent: 0, delayMs: 0, jitterMs: 0, reorderPercent: 0 },
    });
  });
});
