import type { CacheInvalidationTransport } from '@hearsay/spi';
import { TcpRelay, type TransportsUnderTest, transportSuite } from '@hearsay/testkit';
import { describe, test } from 'vitest';
import { type Medium, type MeshTransport, meshTransport } from '../src/index.js';
import { portOf } from './relay.js';

/** A relay per ordered pair of nodes, so that one node can be cut off from all others. */
async function make(count: number, medium: Medium): Promise<TransportsUnderTest> {
  const indexes = Array.from({ length: count }, (_, i) => i);
  const pairs = await Promise.all(
    indexes.flatMap((from) =>
      indexes
        .filter((to) => to !== from)
        .map(async (to) => ({ from, to, relay: await TcpRelay.listen() })),
    ),
  );
  const touching = (index: number) =>
    pairs.filter(({ from, to }) => from === index || to === index);
  return {
    transports: indexes.map((index) => {
      const peers = pairs.filter(({ from }) => from === index).map(({ relay }) => relay.address);
      const arriving = pairs.filter(({ to }) => to === index).map(({ relay }) => relay);
      return behind(arriving, meshTransport({ medium, peers, announce: false }));
    }),
    disconnect: (index) => {
      for (const { relay } of touching(index)) relay.cut();
    },
    reconnect: (index) => {
      for (const { relay } of touching(index)) relay.heal();
    },
    close: async () => {
      await Promise.all(pairs.map(({ relay }) => relay.close()));
    },
  };
}

/** The relays learn where a transport listens when it has started. */
function behind(relays: readonly TcpRelay[], transport: MeshTransport): CacheInvalidationTransport {
  return {
    name: transport.name,
    start: async (host) => {
      await transport.start(host);
      const port = portOf(transport.inspect().listening?.[0] ?? '');
      for (const relay of relays) relay.setTarget(port);
    },
    publish: (announcements) => transport.publish(announcements),
    coherence: () => transport.coherence(),
    inspect: () => transport.inspect(),
    stop: () => transport.stop(),
    asking: transport.asking,
  };
}

describe.each(['direct', 'gossipsub'] as Medium[])('the mesh over %s', (medium) => {
  const cases = transportSuite((count) => make(count, medium), { disconnects: true, asks: true });
  test.each(cases)('$name', ({ run }) => run());
});
