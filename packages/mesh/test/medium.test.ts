import { afterEach, describe, expect, test } from 'vitest';
import { MediumChoice } from '../src/medium-choice.js';
import { hint, startNode, stopAll } from './node.js';

afterEach(stopAll);

test('senders on different media hear each other, each event once (M1)', async () => {
  const a = await startNode('a', { medium: 'direct' });
  const b = await startNode('b', { medium: 'gossipsub', peers: [a.address] });
  const c = await startNode('c', { medium: 'direct', peers: [a.address, b.address] });
  const nodes = [a, b, c];
  for (const { host, transport } of nodes)
    await host.until(() => transport.coherence() === 'coherent', 'it is coherent');
  for (const { transport } of nodes) await transport.publish([hint('k')]);
  for (const { host } of nodes)
    for (const other of nodes) if (other.host !== host) await host.untilEvents(other.host.self, 1);
  for (const { host } of nodes) expect(host.events).toHaveLength(2);
});

describe('the automatic choice', () => {
  test('is direct up to 32 members, gossipsub above, and back below 24', () => {
    const choice = new MediumChoice('auto');
    const at = (members: number) => choice.now(members);
    expect([at(1), at(32), at(33), at(32), at(24), at(23), at(32)]).toEqual([
      'direct',
      'direct',
      'gossipsub',
      'gossipsub',
      'gossipsub',
      'direct',
      'direct',
    ]);
  });

  test.each(['direct', 'gossipsub'] as const)('is not made where %s is configured', (medium) => {
    const choice = new MediumChoice(medium);
    expect([choice.now(0), choice.now(4096)]).toEqual([medium, medium]);
  });
});
