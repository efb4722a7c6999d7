import { ConfigInvalidError } from '@hearsay/spi';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NetworkFaults, SimulatedClock, SimulatedNetwork } from '../src/index.js';

const HOSTILE: NetworkFaults = {
  lossRate: 0.2,
  duplicateRate: 0.2,
  reorderRate: 0.3,
  delayMsMin: 1,
  delayMsMax: 50,
};

/** Two endpoints; what `b` gets is kept with its time. */
function pairOf(seed: number, faults: Partial<NetworkFaults> = {}) {
  const clock = new SimulatedClock();
  const network = new SimulatedNetwork(clock, seed, faults);
  const received: { atMs: number; byte: number | undefined; from: string }[] = [];
  const a = network.attach('a', () => {});
  const b = network.attach('b', (from, bytes) =>
    received.push({ atMs: clock.monotonicMs(), byte: bytes[0], from }),
  );
  const bytes = () => received.map(({ byte }) => byte);
  const sendAll = (count: number, everyMs: number) => {
    for (let i = 0; i < count; i++) {
      a.send('b', Uint8Array.of(i));
      clock.advance(everyMs);
    }
  };
  return { clock, network, a, b, received, bytes, sendAll };
}

test('without faults every message arrives once, in order, in the next advance', () => {
  const { clock, sendAll, bytes, received } = pairOf(1);
  sendAll(100, 0);
  clock.advance(0);
  expect(bytes()).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(received[0]).toEqual({ atMs: 0, byte: 0, from: 'a' });
});

test('the same seed gives the same run, another seed another', () => {
  const run = (seed: number) => {
    const { clock, sendAll, received, network } = pairOf(seed, HOSTILE);
    sendAll(200, 3);
    clock.advance(100);
    return { received, counters: network.counters };
  };
  expect(run(7)).toEqual(run(7));
  expect(run(7)).not.toEqual(run(8));
});

test('delays lie within their bounds', () => {
  const { clock, sendAll, received } = pairOf(3, { delayMsMin: 10, delayMsMax: 20 });
  sendAll(100, 30);
  clock.advance(30);
  expect(received).toHaveLength(100);
  for (const { atMs, byte = 0 } of received) {
    expect(atMs - byte * 30).toBeGreaterThanOrEqual(10);
    expect(atMs - byte * 30).toBeLessThan(20);
  }
});

test('ordered messages stay in order however long each is delayed', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { clock, sendAll, bytes } = pairOf(seed, { delayMsMin: 0, delayMsMax: 100 });
      sendAll(50, 0.7);
      clock.advance(100);
      expect(bytes()).toEqual(Array.from({ length: 50 }, (_, i) => i));
    }),
    { numRuns: 50 },
  );
});

describe('each fault happens when it is certain, and is counted', () => {
  test('loss', () => {
    const { clock, sendAll, bytes, network } = pairOf(1, { lossRate: 1 });
    sendAll(10, 1);
    clock.advance(1);
    expect(bytes()).toEqual([]);
    expect(network.counters).toMatchObject({ sent: 10, lost: 10, delivered: 0 });
  });

  test('duplication', () => {
    const { clock, sendAll, bytes, network } = pairOf(1, { duplicateRate: 1 });
    sendAll(2, 1);
    clock.advance(1);
    expect(bytes()).toEqual([0, 0, 1, 1]);
    expect(network.counters).toMatchObject({ sent: 2, duplicated: 2, delivered: 4 });
  });

  test('reordering', () => {
    const faults = { reorderRate: 1, delayMsMin: 0, delayMsMax: 50 };
    const { clock, sendAll, bytes } = pairOf(1, faults);
    sendAll(50, 0);
    clock.advance(50);
    expect(bytes()).toHaveLength(50);
    expect(bytes()).not.toEqual(bytes().toSorted((x = 0, y = 0) => x - y));
  });
});

test('no message vanishes uncounted', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { clock, sendAll, network, received, a } = pairOf(seed, HOSTILE);
      sendAll(30, 2);
      network.cut('a', 'b');
      sendAll(30, 2);
      network.heal('a', 'b');
      sendAll(30, 2);
      a.send('nobody', Uint8Array.of(0));
      clock.advance(100);
      const { sent, duplicated, delivered, lost, cut, unknown } = network.counters;
      expect(sent + duplicated).toBe(delivered + lost + cut + unknown);
      expect(received).toHaveLength(delivered);
    }),
    { numRuns: 50 },
  );
});

test('a cut loses what is on its way and what is sent, in both directions, until healed', () => {
  const clock = new SimulatedClock();
  const network = new SimulatedNetwork(clock, 1, { delayMsMin: 10, delayMsMax: 10 });
  const received: string[] = [];
  const a = network.attach('a', (from) => received.push(`${from} to a`));
  const b = network.attach('b', (from) => received.push(`${from} to b`));
  const c = network.attach('c', (from) => received.push(`${from} to c`));
  a.send('b', Uint8Array.of(1));
  network.cut('a', 'b');
  b.send('a', Uint8Array.of(2));
  c.send('b', Uint8Array.of(3));
  clock.advance(10);
  expect(received).toEqual(['c to b']);
  network.heal('b', 'a');
  a.send('b', Uint8Array.of(4));
  clock.advance(10);
  expect(received).toEqual(['c to b', 'a to b']);
  expect(network.counters.cut).toBe(2);
});

test('a cut can be one way, and healAll undoes every cut', () => {
  const { clock, network, a, b, bytes } = pairOf(1);
  const back: number[] = [];
  b.detach();
  network.attach('c', (_, bytesOfA) => back.push(bytesOfA[0] ?? 0));
  network.cutOneWay('a', 'c');
  a.send('c', Uint8Array.of(1));
  clock.advance(0);
  expect(back).toEqual([]);
  network.healAll();
  a.send('c', Uint8Array.of(2));
  a.send('b', Uint8Array.of(3));
  clock.advance(0);
  expect(back).toEqual([2]);
  expect(bytes()).toEqual([]);
  expect(network.counters).toMatchObject({ cut: 1, unknown: 1 });
});

describe('settings that cannot be are refused and change nothing', () => {
  test.each([
    [{ lossRate: -0.1 }],
    [{ lossRate: 1.1 }],
    [{ duplicateRate: Number.NaN }],
    [{ reorderRate: 2 }],
    [{ delayMsMin: -1 }],
    [{ delayMsMin: 2, delayMsMax: 1 }],
    [{ delayMsMax: Number.POSITIVE_INFINITY }],
  ])('%o', (faults) => {
    const { clock, network, sendAll, bytes } = pairOf(1);
    expect(() => network.setFaults(faults)).toThrow(ConfigInvalidError);
    sendAll(1, 0);
    clock.advance(0);
    expect(bytes()).toEqual([0]);
  });

  test('a name that is taken', () => {
    const { network } = pairOf(1);
    expect(() => network.attach('a', () => {})).toThrow(ConfigInvalidError);
  });
});
