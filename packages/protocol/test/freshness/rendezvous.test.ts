import type { Epoch, NodeName, Origin } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rendezvous } from '../../src/freshness/rendezvous.js';

function member(index: number): Origin {
  const epoch = index.toString(16).padStart(16, '0') as Epoch;
  return { node: `node-${index}` as NodeName, epoch };
}

const all = Array.from({ length: 100 }, (_, index) => member(index));
const members = fc.shuffledSubarray(all, { minLength: 1 });

describe('rendezvous hashing (F6)', () => {
  it('gives everyone who sees the same members the same order', () => {
    fc.assert(
      fc.property(members, (seen) => {
        expect(rendezvous('k', seen)).toEqual(rendezvous('k', seen.toReversed()));
      }),
    );
  });

  it('moves nobody when a member goes', () => {
    fc.assert(
      fc.property(members, fc.nat(), (seen, pick) => {
        const gone = seen[pick % seen.length];
        const left = seen.filter((one) => one !== gone);
        expect(rendezvous('k', left)).toEqual(rendezvous('k', seen).filter((one) => one !== gone));
      }),
    );
  });

  it('takes another epoch of a node for another member', () => {
    const [first] = all as [Origin];
    const reborn = { ...first, epoch: 'f'.repeat(16) as Epoch };
    const places = [first, reborn].map((one) =>
      Array.from({ length: 50 }, (_, key) =>
        rendezvous(`k${key}`, [one, ...all.slice(1)]).indexOf(one),
      ),
    );
    expect(places[0]).not.toEqual(places[1]);
  });

  it('spreads keys evenly', () => {
    const counts = new Map<Origin, number>();
    for (let key = 0; key < 10_000; key++) {
      const [first] = rendezvous(`k${key}`, all.slice(0, 10)) as [Origin];
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(counts.size).toBe(10);
  });

  it('has no first of nobody', () => {
    expect(rendezvous('k', [])).toEqual([]);
  });
});
