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
    expect(cadence.hear('isolated')).toBe(false);
    expect(cadence.dueMs()).toBe(5250);
    expect(cadence.hear('catching-up')).toBe(false);
    expect(cadence.dueMs()).toBe(6000);
    expect(cadence.hear('coherent')).toBe(true);
    cadence.need(5210);
    expect(cadence.dueMs()).toBe(5210);
  });

  it('asks for nothing when a node that was not isolated becomes coherent', () => {
    const cadence = answered(5000);
    cadence.hear('catching-up');
    expect(cadence.hear('coherent')).toBe(false);
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
    cadence.hear('isolated');
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

describe('the cadence of a node that has others to ask (F6)', () => {
  const FALLBACK_MS = 850;

  function sharing(sentMs: number): Cadence {
    const cadence = answered(sentMs);
    cadence.share({ fallbackMs: FALLBACK_MS, patienceMs: 650 });
    cadence.shuffle(0);
    return cadence;
  }

  it.each([
    [0, 5850],
    [0.5, 5807.5],
    [0.999_999, 5765],
  ])(
    'polls for itself that long after a proof, or up to a tenth earlier (random %d)',
    (random, dueMs) => {
      const cadence = sharing(5000);
      cadence.shuffle(random);
      expect(cadence.dueMs()).toBeCloseTo(dueMs, 2);
    },
  );

  it('counts from the newest proof, whoever read it', () => {
    const cadence = sharing(5000);
    cadence.proven(5400);
    expect(cadence.dueMs()).toBe(6250);
    cadence.proven(5100);
    expect(cadence.dueMs()).toBe(6250);
  });

  it('goes on polling after a failure until it has found the log itself', () => {
    const cadence = sharing(5000);
    cadence.sent(5850);
    cadence.failed(5900);
    cadence.proven(6000);
    expect(cadence.dueMs()).toBe(5900 + FALLBACK_MS);
    cadence.sent(6750);
    cadence.answered();
    cadence.proven(6800);
    expect(cadence.dueMs()).toBe(6800 + FALLBACK_MS);
  });

  it('leaves others the time to bring a proof that is needed, then polls', () => {
    const cadence = sharing(5000);
    cadence.need(5010);
    cadence.need(5020);
    expect(cadence.dueMs()).toBe(5010 + 650);
    cadence.proven(5020);
    expect(cadence.dueMs()).toBe(5010 + 650);
    cadence.served();
    expect(cadence.dueMs()).toBe(5020 + FALLBACK_MS);
  });

  it('polls at once for what is needed where nobody is left to ask', () => {
    const cadence = sharing(5000);
    cadence.need(5010);
    cadence.share(undefined);
    expect(cadence.dueMs()).toBe(5010);
    cadence.sent(5010);
    cadence.answered();
    expect(cadence.dueMs()).toBeCloseTo(5910, 6);
  });

  it('polls faster all the same while isolated, or in haste after a loss (M2)', () => {
    const cadence = sharing(5000);
    cadence.shuffle(0.5);
    cadence.lost(8, 5000);
    expect(cadence.dueMs()).toBe(5500);
    cadence.hear('isolated');
    expect(cadence.dueMs()).toBe(5250);
  });

  it('knows no haste where so many nodes would poll no faster than always (M2)', () => {
    const cadence = sharing(5000);
    cadence.lost(100, 5000);
    expect(cadence.dueMs()).toBe(5850);
  });

  it('lets a poll for others wait for more of them, and spaces such polls', () => {
    const cadence = sharing(5000);
    cadence.wantShared(5100);
    cadence.wantShared(5110);
    expect(cadence.dueMs()).toBe(5125);
    cadence.sent(5125, true);
    cadence.answered();
    cadence.wantShared(5200);
    expect(cadence.dueMs()).toBe(5635);
    cadence.sent(5300);
    cadence.answered();
    cadence.wantShared(5310);
    expect(cadence.dueMs()).toBe(5635);
  });
});
