import { ConfigInvalidError } from '@hearsay/spi';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../src/index.js';

test('time stands still until it is advanced', () => {
  const clock = new SimulatedClock(1000);
  expect([clock.monotonicMs(), clock.wallMs()]).toEqual([0, 1000]);
  clock.advance(250);
  expect([clock.monotonicMs(), clock.wallMs()]).toEqual([250, 1250]);
});

test('the wall can jump either way without the monotonic clock (F3)', () => {
  const clock = new SimulatedClock(1000);
  clock.advance(10);
  clock.jumpWall(-500);
  expect([clock.monotonicMs(), clock.wallMs()]).toEqual([10, 510]);
  clock.jumpWall(3_600_000);
  expect(clock.wallMs()).toBe(3_600_510);
});

test('callbacks run at their time, in the order of time and then of scheduling', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), fc.nat(25), (delays, endMs) => {
      const clock = new SimulatedClock();
      const ran: { atMs: number; order: number }[] = [];
      delays.forEach((delayMs, order) => {
        clock.schedule(delayMs, () => ran.push({ atMs: clock.monotonicMs(), order }));
      });
      clock.advance(endMs);
      const expected = delays
        .map((atMs, order) => ({ atMs, order }))
        .filter(({ atMs }) => atMs <= endMs)
        .toSorted((a, b) => a.atMs - b.atMs || a.order - b.order);
      expect(ran).toEqual(expected);
      expect(clock.pending).toBe(delays.length - expected.length);
      expect(clock.monotonicMs()).toBe(endMs);
    }),
  );
});

test('what a callback schedules runs in the same advance if it falls due', () => {
  const clock = new SimulatedClock();
  const ran: number[] = [];
  const tick = () => {
    ran.push(clock.monotonicMs());
    clock.schedule(10, tick);
  };
  clock.schedule(10, tick);
  clock.advance(35);
  expect(ran).toEqual([10, 20, 30]);
});

test('a cancelled callback does not run, also when cancelled at the same instant', () => {
  const clock = new SimulatedClock();
  const ran: string[] = [];
  const early = clock.schedule(5, () => ran.push('early'));
  clock.schedule(5, () => late.cancel());
  const late = clock.schedule(5, () => ran.push('late'));
  early.cancel();
  early.cancel();
  expect(clock.pending).toBe(2);
  clock.advance(5);
  late.cancel();
  expect(ran).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('a callback due now waits for the next advance, and one due in the past is due now', () => {
  const clock = new SimulatedClock();
  clock.advance(100);
  const ran: number[] = [];
  clock.schedule(0, () => ran.push(0));
  clock.scheduleAt(40, () => ran.push(clock.monotonicMs()));
  expect(ran).toEqual([]);
  clock.advance(0);
  expect(ran).toEqual([0, 100]);
});

test('what a callback throws comes out of advance, and the clock goes on from there', () => {
  const clock = new SimulatedClock();
  const ran: number[] = [];
  clock.schedule(1, () => {
    throw new Error('from the callback');
  });
  clock.schedule(2, () => ran.push(clock.monotonicMs()));
  expect(() => clock.advance(10)).toThrow('from the callback');
  expect(clock.monotonicMs()).toBe(1);
  clock.advance(1);
  expect(ran).toEqual([2]);
});

describe('a time that cannot be is refused', () => {
  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%s', (ms) => {
    const clock = new SimulatedClock();
    expect(() => clock.advance(ms)).toThrow(ConfigInvalidError);
    expect(() => clock.schedule(ms, () => {})).toThrow(ConfigInvalidError);
    expect([clock.monotonicMs(), clock.pending]).toEqual([0, 0]);
  });
});
