import { describe, expect, it } from 'vitest';
import { silentForMs } from '../../src/mesh/link.js';
import { Links } from '../../src/mesh/links.js';
import { originOf } from './words.js';

const [A, B] = [originOf('a'), originOf('b')];
const linksOf = () => new Links({ heartbeatMs: 500, linkSilentMs: 2_000 });

/** Ticks every 100 ms, as a driver does. @returns when a heartbeat was due */
function tickUntil(links: Links, fromMs: number, toMs: number): number[] {
  const due: number[] = [];
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 100)
    if (links.tick(nowMs).due.length > 0) due.push(nowMs);
  return due;
}

describe('Links', () => {
  it('are due a heartbeat at once and then every heartbeatMs', () => {
    const links = linksOf();
    links.add(A, 0);
    expect(tickUntil(links, 0, 1_400)).toEqual([0, 500, 1_000]);
  });

  it('are silent linkSilentMs after the last acknowledgement and not before (M2)', () => {
    const links = linksOf();
    const link = links.add(A, 0);
    tickUntil(links, 0, 1_000);
    links.acknowledged(link, 1, 1_000);
    tickUntil(links, 1_100, 2_900);
    expect(links.tick(2_999).silent).toEqual([]);
    expect(links.tick(3_000).silent).toEqual([link]);
  });

  it.each([
    [0, false],
    [1, true],
    [2, true],
    [3, false],
  ])('after two heartbeats an acknowledgement of beat %i counts: %s', (beat, counts) => {
    const links = linksOf();
    const link = links.add(A, 0);
    tickUntil(links, 0, 500);
    expect(links.acknowledged(link, beat, 600)).toBe(counts);
    expect(silentForMs(link, 600)).toBe(counts ? 0 : 600);
  });

  it('know as of when a peer speaks: when the heartbeat was sent that it answers', () => {
    const links = linksOf();
    const link = links.add(A, 0);
    expect(link.asOfMs).toBe(Number.NEGATIVE_INFINITY);
    tickUntil(links, 0, 500);
    links.acknowledged(link, 1, 600);
    expect(link.asOfMs).toBe(Number.NEGATIVE_INFINITY);
    links.acknowledged(link, 2, 650);
    expect(link.asOfMs).toBe(500);
  });

  it('measure the round trip of the newest heartbeat only', () => {
    const links = linksOf();
    const link = links.add(A, 0);
    tickUntil(links, 0, 500);
    links.acknowledged(link, 1, 530);
    expect(link.roundTripMs).toBeUndefined();
    links.acknowledged(link, 2, 530);
    expect(link.roundTripMs).toBe(30);
  });

  it('are not blamed for a stall of this process itself', () => {
    const links = linksOf();
    const link = links.add(A, 0);
    links.tick(0);
    expect(links.tick(10_000).silent).toEqual([]);
    expect(silentForMs(link, 10_000)).toBe(500);
    expect(links.tick(11_499).silent).toEqual([]);
  });

  it('begin anew when added again', () => {
    const links = linksOf();
    links.add(A, 0).beat = 7;
    expect(links.add(A, 10).beat).toBe(0);
    expect(links.peers).toEqual([A]);
    links.add(B, 10);
    expect(links.delete(A)).toBe(true);
    expect(links.delete(A)).toBe(false);
    expect(links.peers).toEqual([B]);
  });
});
