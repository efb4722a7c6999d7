import { encodeHello } from '@hearsay/wire';
import { afterEach, expect, test } from 'vitest';
import { counted, deliverBothWays, eventually, startNode, stopAll, type TestNode } from './node.js';
import { hello, Stranger, stopStrangers } from './stranger.js';

const OLD = 'a1'.repeat(32);
const NEW = 'b2'.repeat(32);

afterEach(async () => {
  await stopAll();
  await stopStrangers();
});

async function deliverAllWays(nodes: readonly TestNode[], key: string): Promise<void> {
  for (const [index, node] of nodes.entries())
    for (const other of nodes.slice(index + 1))
      await deliverBothWays(node, other, `${key}-${index}`);
}

test('a key is replaced by another, node by node and without a restart, and delivery goes on', async () => {
  const a = await startNode('a', { clusterKey: OLD });
  const b = await startNode('b', { clusterKey: OLD, peers: [a.address] });
  const c = await startNode('c', { clusterKey: OLD, peers: [a.address, b.address] });
  const nodes = [a, b, c];
  await deliverAllWays(nodes, 'before');
  const epochs = nodes.map(({ host }) => host.self.epoch);

  for (const step of ['add', 'use'] as const)
    for (const [index, { transport }] of nodes.entries()) {
      transport.keyring[step](NEW);
      await deliverAllWays(nodes, `${step}-${index}`);
    }
  for (const [index, { transport }] of nodes.entries()) {
    transport.keyring.remove(OLD);
    await deliverAllWays(nodes, `remove-${index}`);
  }

  for (const { transport } of nodes) expect(transport.keyring.list()).toHaveLength(1);
  expect(
    a
      .inspect()
      .peers.map(({ origin }) => origin.epoch)
      .sort(),
  ).toEqual(epochs.slice(1).sort());
  for (const node of nodes) expect(node.inspect().counters['admissionsRefused']).toBe(0);
});

test('a node that holds any common key is admitted, whichever is primary', async () => {
  const a = await startNode('a', { clusterKeys: [OLD, NEW] });
  const b = await startNode('b', { clusterKeys: ['c3'.repeat(32), NEW], peers: [a.address] });
  const c = await startNode('c', { clusterKey: OLD, peers: [a.address] });
  await deliverBothWays(a, b, 'new');
  await deliverBothWays(a, c, 'old');
});

test('who holds only a removed key is cut off at once and refused from then on', async () => {
  const a = await startNode('a', { clusterKeys: [NEW, OLD] });
  const b = await startNode('b', { clusterKey: OLD, peers: [a.address] });
  const c = await startNode('c', { clusterKey: NEW, peers: [a.address] });
  await deliverBothWays(a, b, 'while it is held');
  await deliverBothWays(a, c, 'while it is held');
  a.transport.keyring.remove(OLD);
  await eventually(
    () => a.inspect().peers.every(({ origin }) => origin.node === 'c'),
    'only c is left',
  );
  await counted(a, 'admissionsRefusedKey');
  await deliverBothWays(a, c, 'afterwards');
  expect(b.host.events.some(({ target }) => target.key === 'afterwards')).toBe(false);
});

test('a key that is removed between hello and proof admits nobody', async () => {
  const a = await startNode('a', { clusterKeys: [NEW, OLD] });
  const stranger = await Stranger.start();
  const mine = encodeHello(hello());
  const proven = stranger.prove(await stranger.knock(a.address), mine, NEW, () => {
    a.transport.keyring.use(OLD);
    a.transport.keyring.remove(NEW);
  });
  await expect(proven).rejects.toThrow('not admitted');
  await counted(a, 'admissionsRefusedKey');
  expect(a.inspect().counters['connectionsAdmitted']).toBe(0);
});
