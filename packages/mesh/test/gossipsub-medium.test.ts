import { afterEach, expect, test } from 'vitest';
import { counted, eventually, startNode, stopAll } from './node.js';
import { Stranger, stopStrangers } from './stranger.js';

const KEY = 'a1'.repeat(32);

afterEach(async () => {
  await stopAll();
  await stopStrangers();
});

test('a gossipsub stream that was closed under way, as for a slow peer, is opened anew', async () => {
  const a = await startNode('a', { clusterKey: KEY, medium: 'gossipsub' });
  const stranger = await Stranger.start();
  let opened = 0;
  await stranger.libp2p.handle('/meshsub/1.1.0', (stream) => {
    const isFirst = ++opened === 1;
    stream.addEventListener('message', () => {
      if (isFirst) stream.abort(new Error('full'));
    });
  });
  const connection = await stranger.enter(a.address, KEY);
  await counted(a, 'connectionsAdmitted');
  await eventually(() => opened === 2, 'a second stream was opened');
  expect(connection.status).toBe('open');
});
