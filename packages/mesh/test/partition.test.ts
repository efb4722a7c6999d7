import { afterEach, expect, test } from 'vitest';
import type { Medium } from '../src/index.js';
import { eventually, hint, startNode, stopAll } from './node.js';
import { closeRelays, relayTo } from './relay.js';

afterEach(async () => {
  await stopAll();
  await closeRelays();
});

test.each(['direct', 'gossipsub'] as Medium[])(
  'what two nodes missed of each other behind a cut is repaired on healing, without a log (%s)',
  async (medium) => {
    const a = await startNode('a', { medium, announce: false });
    const relay = await relayTo(a.address);
    const b = await startNode('b', { medium, announce: false, peers: [relay.address] });
    await b.host.until(() => b.transport.coherence() === 'coherent', 'b is coherent');
    await a.host.until(() => a.transport.coherence() === 'coherent', 'a is coherent');

    relay.cut();
    await a.transport.publish(Array.from({ length: 50 }, (_, i) => hint(`a${i}`)));
    await b.transport.publish(Array.from({ length: 50 }, (_, i) => hint(`b${i}`)));
    // M2: isolation is noticed by the lack of acknowledged round trips, not by a closed socket.
    await b.host.until(() => b.transport.coherence() === 'isolated', 'b is isolated');
    await a.host.until(() => a.transport.coherence() === 'isolated', 'a is isolated');
    expect(a.host.events).toEqual([]);

    relay.heal();
    await Promise.all([
      a.host.untilEvents(b.host.self, 50),
      b.host.untilEvents(a.host.self, 50),
      b.host.until(() => b.transport.coherence() === 'coherent', 'b is coherent again'),
      a.host.until(() => a.transport.coherence() === 'coherent', 'a is coherent again'),
    ]);
    expect(b.host.gaps).toEqual([]);
  },
);

test('a node that joins late declares the past as a gap and hears everything from then on', async () => {
  const a = await startNode('a');
  const b = await startNode('b', { peers: [a.address] });
  await b.host.until(() => b.transport.coherence() === 'coherent', 'b is coherent');
  for (let i = 0; i < 5; i++) await a.transport.publish([hint(`old${i}`)]);
  await b.host.untilEvents(a.host.self, 5);
  const c = await startNode('c', { peers: [a.address, b.address] });
  await c.host.until(() => c.transport.coherence() === 'coherent', 'c is coherent');
  await c.host.until(() => c.host.gaps.length > 0, 'c was told of the past');
  await a.transport.publish([hint('new')]);
  await c.host.until(
    () => c.host.events.some((event) => event.target.key === 'new'),
    'c heard the new event',
  );
});

test('a member that leaves is not mourned; one that dies is', async () => {
  const a = await startNode('a', { announce: false });
  const b = await startNode('b', { peers: [a.address] });
  await a.host.until(() => a.transport.coherence() === 'coherent', 'a is coherent');
  await b.host.until(() => b.transport.coherence() === 'coherent', 'b is coherent');
  await b.transport.stop();
  await a.host.until(() => a.transport.coherence() === 'alone', 'a is alone, which is healthy');

  const relay = await relayTo(a.address);
  await startNode('c', { announce: false, peers: [relay.address] });
  await a.host.until(() => a.transport.coherence() === 'coherent', 'a hears c');
  relay.cut();
  await a.host.until(() => a.transport.coherence() === 'isolated', 'a knows of c and hears nobody');
});

test('a node restarted under its name is a new origin and takes the place of its former self (M4)', async () => {
  const a = await startNode('a');
  const first = await startNode('b', { peers: [a.address] });
  await first.transport.publish([hint('k1')]);
  await a.host.untilEvents(first.host.self, 1);
  await first.transport.stop();
  const second = await startNode('b', { peers: [a.address] });
  await second.host.until(() => second.transport.coherence() === 'coherent', 'b is back');
  await second.transport.publish([hint('k2')]);
  await a.host.untilEvents(second.host.self, 1);
  expect(second.host.self.epoch).not.toBe(first.host.self.epoch);
  expect(a.inspect().peers.map(({ origin }) => origin.epoch)).toEqual([second.host.self.epoch]);
});

test('nodes that dial each other at once end with one link each', async () => {
  const a = await startNode('a');
  const b = await startNode('b');
  const relayToA = await relayTo(a.address);
  const relayToB = await relayTo(b.address);
  await Promise.all([a.transport.stop(), b.transport.stop()]);
  const [one, two] = await Promise.all([
    startNode('one', { listen: a.address, peers: [relayToB.address] }),
    startNode('two', { listen: b.address, peers: [relayToA.address] }),
  ]);
  await one.host.until(() => one.transport.coherence() === 'coherent', 'one is coherent');
  await two.host.until(() => two.transport.coherence() === 'coherent', 'two is coherent');
  await eventually(
    () => one.inspect().peers.length === 1 && two.inspect().peers.length === 1,
    'there is one link each',
  );
  await one.transport.publish([hint('x')]);
  await two.transport.publish([hint('y')]);
  await Promise.all([
    two.host.untilEvents(one.host.self, 1),
    one.host.untilEvents(two.host.self, 1),
  ]);
});

test('a node that is found under two addresses is linked once, by the same connection on both sides', async () => {
  const a = await startNode('a');
  const relays = await Promise.all([relayTo(a.address), relayTo(a.address), relayTo(a.address)]);
  const b = await startNode('b', {
    peers: [a.address, ...relays.map(({ address }) => address)],
  });
  await b.host.until(() => b.transport.coherence() === 'coherent', 'b is coherent');
  await a.host.until(() => a.transport.coherence() === 'coherent', 'a is coherent');
  // Duplicates are closed after a second; the link must survive that.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await a.transport.publish([hint('x')]);
  await b.transport.publish([hint('y')]);
  await Promise.all([b.host.untilEvents(a.host.self, 1), a.host.untilEvents(b.host.self, 1)]);
  expect(a.host.coherences.at(-1)).toBe('coherent');
  const since = b.host.coherences.indexOf('coherent');
  expect(b.host.coherences.slice(since)).not.toContain('isolated');
});
