import { describe, expect, it } from 'vitest';
import type { MeshEffect } from '../../src/mesh/effect.js';
import { eventBytes, Journal } from '../../src/mesh/journal.js';
import { Supply } from '../../src/mesh/supply.js';
import { announce, originOf, range } from './words.js';

const O = originOf('o');
const EVENT_BYTES = eventBytes(announce('k'));
const peerOf = (i: number) => originOf(`p${i}`);

function supplyOf(options: { suppliedBytesMax?: number; suppliedPullsMax?: number }): Supply {
  const journal = new Journal({ journalEventsMax: 1e6, journalBytesMax: 1e9 });
  for (let s = 1; s <= 100; s++) journal.add(O, s, announce('k'));
  return new Supply(journal, {
    pullBytesMax: 1e6,
    suppliedBytesMax: 1e6,
    suppliedPullsMax: 1_000,
    pullTimeoutMs: 1_000,
    ...options,
  });
}

const answered = (effects: readonly MeshEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect.to.node] : []));

describe('Supply', () => {
  it('answers at once while there is room, and what is over when a tick has made room, in turn', () => {
    const supply = supplyOf({ suppliedPullsMax: 2 });
    const atOnce = [0, 1, 2, 3, 4].map((i) => answered(supply.pull(peerOf(i), [range(O, 1)], 0)));
    expect(atOnce).toEqual([['p0'], ['p1'], [], [], []]);
    expect(answered(supply.tick(100))).toEqual(['p2', 'p3']);
    expect(answered(supply.pull(peerOf(5), [range(O, 1)], 100))).toEqual([]);
    expect(answered(supply.tick(200))).toEqual(['p4', 'p5']);
    expect(answered(supply.tick(300))).toEqual([]);
  });

  it('counts bytes, too: the pull that passes the budget is the last one', () => {
    const supply = supplyOf({ suppliedBytesMax: 2 * EVENT_BYTES });
    expect(answered(supply.pull(peerOf(0), [range(O, 1)], 0))).toHaveLength(1);
    expect(answered(supply.pull(peerOf(1), [range(O, 1, 90)], 0))).toHaveLength(1);
    expect(answered(supply.pull(peerOf(2), [range(O, 1)], 0))).toHaveLength(0);
  });

  it('keeps one pull of each peer: a later one takes the place of the former', () => {
    const supply = supplyOf({ suppliedPullsMax: 1 });
    supply.pull(peerOf(0), [range(O, 1)], 0);
    supply.pull(peerOf(1), [range(O, 1)], 0);
    supply.pull(peerOf(1), [range(O, 2)], 0);
    expect(supply.tick(100)).toMatchObject([{ message: { runs: [{ first: 2 }] } }]);
    expect(supply.tick(200)).toEqual([]);
  });

  it('does not answer who has given up by now, but counts it; nor who is gone', () => {
    const supply = supplyOf({ suppliedPullsMax: 1 });
    for (const i of [0, 1, 2]) supply.pull(peerOf(i), [range(O, 1)], 0);
    supply.forgetPeer(peerOf(2));
    expect(answered(supply.tick(1_000))).toEqual([]);
    expect(supply.dropped).toBe(1);
  });
});
