import { describe, expect, it } from 'vitest';
import { Horizon } from '../../src/mesh/horizon.js';
import { newLink } from '../../src/mesh/link.js';
import { originOf } from './words.js';

const [A, B] = [originOf('a'), originOf('b')];

function begun(): Horizon {
  const horizon = new Horizon();
  horizon.at(0);
  horizon.at(50);
  return horizon;
}

/** A link whose peer speaks as of `asOfMs`. */
function linkTo(horizon: Horizon, peer = A, asOfMs = Number.NEGATIVE_INFINITY) {
  const link = newLink(peer, 0, true);
  horizon.met(link);
  link.asOfMs = asOfMs;
  return link;
}

describe('Horizon (M3, F8)', () => {
  it('hides what a peer learned after this node began, as long as the two were never compared', () => {
    const horizon = begun();
    const link = linkTo(horizon);
    expect(horizon.hides(link, 1)).toBe(true);
    expect(horizon.hides(link, 0)).toBe(false);
  });

  it('hides only what the peer learned since the two agreed', () => {
    const horizon = begun();
    const link = linkTo(horizon, A, 100);
    horizon.agreed(link);
    expect([horizon.hides(link, 100), horizon.hides(link, 101)]).toEqual([false, true]);
  });

  it('takes the answer of a peer for as old as the question', () => {
    const horizon = begun();
    const link = linkTo(horizon);
    horizon.agreed(link);
    expect(horizon.hides(link, 1)).toBe(true);
  });

  it('counts what a comparison showed to be missing only when it is here', () => {
    const horizon = begun();
    const link = linkTo(horizon, A, 10_000);
    horizon.compared(link, 10_020);
    horizon.repaired(link, 10_020);
    expect(horizon.hides(link, 90)).toBe(true);
    horizon.repaired(link, 10_021);
    expect([horizon.hides(link, 90), horizon.hides(link, 10_001)]).toEqual([false, true]);
  });

  it('does not put a comparison off for a later one that is not done either', () => {
    const horizon = begun();
    const link = linkTo(horizon, A, 10_000);
    horizon.compared(link, 10_020);
    link.asOfMs = 20_000;
    horizon.compared(link, 20_020);
    horizon.repaired(link, 15_000);
    expect([horizon.hides(link, 5_000), horizon.hides(link, 5_001)]).toEqual([false, true]);
  });

  it('takes a vector for five seconds older: it may have come by a connection that was replaced', () => {
    const horizon = begun();
    const link = linkTo(horizon, A, 10_000);
    horizon.compared(link, 10_020);
    horizon.repaired(link, Number.POSITIVE_INFINITY);
    expect([horizon.hides(link, 5_000), horizon.hides(link, 5_001)]).toEqual([false, true]);
  });

  it('remembers a peer that is gone, and forgets a comparison that was not done', () => {
    const horizon = begun();
    const link = linkTo(horizon, A, 100);
    horizon.agreed(link);
    link.asOfMs = 200;
    horizon.compared(link, 220);
    horizon.parted(link);
    const again = linkTo(horizon);
    expect([horizon.hides(again, 100), horizon.hides(again, 101)]).toEqual([false, true]);
  });

  it('knows nothing of another peer, nor of another epoch of the same', () => {
    const horizon = begun();
    const link = linkTo(horizon, A, 100);
    horizon.agreed(link);
    horizon.parted(link);
    for (const peer of [B, originOf('a', 2)])
      expect(horizon.hides(linkTo(horizon, peer), 50)).toBe(true);
  });

  it('hides nothing from before a gap that covers everything: one is enough for many peers', () => {
    const horizon = begun();
    expect(horizon.hides(linkTo(horizon), 500)).toBe(true);
    horizon.declared(600);
    for (const peer of [A, B]) expect(horizon.hides(linkTo(horizon, peer), 600)).toBe(false);
    expect(horizon.hides(linkTo(horizon), 601)).toBe(true);
  });

  it('remembers the 1,024 that parted last; of one more it takes the worst for granted', () => {
    const horizon = begun();
    for (let i = 0; i <= 1_024; i++) {
      const link = linkTo(horizon, originOf(`n${i}`), 100);
      horizon.agreed(link);
      horizon.parted(link);
    }
    expect(horizon.hides(linkTo(horizon, originOf('n0')), 50)).toBe(true);
    expect(horizon.hides(linkTo(horizon, originOf('n1')), 50)).toBe(false);
  });
});
