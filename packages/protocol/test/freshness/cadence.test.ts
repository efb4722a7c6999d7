import { describe, expect, it } from 'vitest';
import { Cadence } from '../../src/freshness/cadence.js';
import { resolveOptions } from '../../src/freshness/options.js';

function answered(sentMs: number): Cadence {
  const cadence = new Cadence(resolveOptions({ logged: true }));
  cadence.sent(sentMs);
  cadence.answered();
  return cadence;
}

describe('the cadence of polls', () => {
  it('wants the first poll at once', () => {
    expect(new Cadence(resolveOptions({ logged: true })).dueMs()).toBe(Number.NEGATIVE_INFINITY);
  });

  it('counts the interval from the send', () => {
    expect(answered(5000).dueMs()).toBe(6000);
  });

  it.each([
    [0, 5900],
    [0.5, 6000],
    [0.999_999, 6100],
  ])('spreads the interval by its share of jitter (random %d)', (random, dueMs) => {
    const cadence = answered(5000);
    cadence.shuffle(random);
    expect(cadence.dueMs()).toBeCloseTo(dueMs, 0);
  });

  it('polls faster while isolated and once at once when coherent again', () => {
    const cadence = answered(5000);
    cadence.hear('isolated', 5100);
    expect(cadence.dueMs()).toBe(5250);
    cadence.hear('catching-up', 5200);
    expect(cadence.dueMs()).toBe(6000);
    cadence.hear('coherent', 5210);
    expect(cadence.dueMs()).toBe(5210);
  });

  it('asks for nothing when a node that was not isolated becomes coherent', () => {
    const cadence = answered(5000);
    cadence.hear('catching-up', 5100);
    cadence.hear('coherent', 5200);
    expect(cadence.dueMs()).toBe(6000);
  });

  it('polls faster for a while after a member was lost without a leave (M2)', () => {
    const cadence = answered(5000);
    cadence.lost(5, 5100);
    expect(cadence.dueMs()).toBe(5312.5);
    cadence.sent(15_099);
    cadence.answered();
    expect(cadence.dueMs()).toBe(15_099 + 312.5);
    cadence.sent(15_100);
    cadence.answered();
    expect(cadence.dueMs()).toBe(16_100);
  });

  it.each([
    [1, 250],
    [4, 250],
    [8, 500],
    [16, 1000],
    [1000, 1000],
  ])('caps that over all %d nodes: each polls every %d ms (M2)', (members, intervalMs) => {
    const cadence = answered(5000);
    cadence.lost(members, 5000);
    expect(cadence.dueMs()).toBe(5000 + intervalMs);
  });

  it('keeps the pace of isolation where that is faster', () => {
    const cadence = answered(5000);
    cadence.lost(1000, 5000);
    cadence.hear('isolated', 5000);
    expect(cadence.dueMs()).toBe(5250);
  });

  it('backs off from failures to four intervals and no further, until an answer comes', () => {
    const cadence = answered(0);
    const waits = [1, 2, 3, 4, 5].map(() => {
      cadence.sent(5000);
      cadence.failed(5000);
      return cadence.dueMs() - 5000;
    });
    expect(waits).toEqual([1000, 2000, 4000, 4000, 4000]);
    cadence.sent(9000);
    cadence.answered();
    expect(cadence.dueMs()).toBe(10_000);
  });

  it('does not slow what is wanted at once by failures', () => {
    const cadence = answered(0);
    cadence.failed(5000);
    cadence.failed(5000);
    cadence.wantBy(5001);
    expect(cadence.dueMs()).toBe(5001);
  });

  it('keeps the earliest of several wishes, and none after a send', () => {
    const cadence = answered(5000);
    for (const dueMs of [5500, 5300, 5400]) cadence.wantBy(dueMs);
    expect(cadence.dueMs()).toBe(5300);
    cadence.sent(5300);
    cadence.answered();
    expect(cadence.dueMs()).toBe(6300);
  });

  it('spaces the polls that disputes ask for', () => {
    const cadence = answered(5000);
    cadence.wantSpaced(5010);
    expect(cadence.dueMs()).toBe(5025);
    cadence.sent(5025);
    cadence.answered();
    cadence.wantSpaced(5100);
    expect(cadence.dueMs()).toBe(5100);
  });
});
