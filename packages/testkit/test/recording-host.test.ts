import { invalidationOf, type Sequence } from '@hearsay/spi';
import { expect, test } from 'vitest';
import { originOf, RecordingHost } from '../src/index.js';

const from = originOf('sender');
const event = (sequence: number) => ({
  ...invalidationOf('table', { key: `k${sequence}` }),
  origin: from,
  sequence: sequence as Sequence,
});

test('waiting ends with the delivery that completes it; copies and other origins do not count', async () => {
  const host = new RecordingHost('receiver');
  const order: string[] = [];
  const waited = host.untilEvents(from, 2).then(() => order.push('waited'));
  host.deliver([event(1), event(1), { ...event(2), origin: originOf('sender') }]);
  await Promise.resolve();
  order.push('copies');
  host.deliver([event(2)]);
  await waited;
  expect(order).toEqual(['copies', 'waited']);
  expect(host.eventsOf(from)).toEqual([event(1), event(2)]);
});

test('what already holds is not waited for', async () => {
  const host = new RecordingHost('receiver');
  host.coherenceChanged('coherent');
  await host.until(() => host.coherences.includes('coherent'), 'coherent', 0);
});

test('waiting in vain says for what', async () => {
  const host = new RecordingHost('receiver');
  host.deliver([event(1)]);
  await expect(host.untilEvents(from, 2, 1)).rejects.toThrow(
    'waited 1 ms for 2 events of sender at receiver; there are 1',
  );
});

test('gaps are closed at once unless held', async () => {
  const host = new RecordingHost('receiver');
  await host.closeGap({ reason: 'first' });
  host.holdGaps();
  let closed = false;
  const held = host.closeGap({ reason: 'second' }).then(() => {
    closed = true;
  });
  await Promise.resolve();
  expect(closed).toBe(false);
  host.releaseGaps();
  await held;
  await host.closeGap({ reason: 'third' });
  expect(host.gaps.map(({ reason }) => reason)).toEqual(['first', 'second', 'third']);
});
