import { expect, test } from 'vitest';
import { Timeline } from './timeline.ts';

test('what a node said counts from its fault on', () => {
  const timeline = new Timeline();
  timeline.coherence(1, 10, 'isolated');
  timeline.fault('cut', 1, 20);
  timeline.coherence(2, 25, 'isolated');
  expect(timeline.saidAfter('cut', 'isolated')).toBeUndefined();
  timeline.coherence(1, 30, 'isolated');
  expect(timeline.saidAfter('cut', 'isolated', 'dark')).toBe(30);
});

test('a disturbance lasts until all were seen to be connected, after it was over', () => {
  const timeline = new Timeline();
  timeline.clockStarted(5);
  timeline.fault('cut', 1, 20);
  timeline.allConnected(19, 22);
  timeline.fault('heal', 1, 40);
  const warmUp = { fromUs: Number.NEGATIVE_INFINITY, untilUs: 5 };
  timeline.allConnected(39, 44);
  expect(timeline.disturbances(99)).toEqual([warmUp, { fromUs: 20, untilUs: 99 }]);
  timeline.allConnected(41, 46);
  expect(timeline.disturbances(99)).toEqual([warmUp, { fromUs: 20, untilUs: 46 }]);
});
