import type { DiscoveredNode, DiscoveryProvider } from '@hearsay/spi';
import { originOf, TcpRelay } from '@hearsay/testkit';
import { afterEach, expect, test } from 'vitest';
import { dnsDiscovery, type MeshTransportOptions, srvDiscovery } from '../../src/index.js';
import { eventually, startNode, stopAll, type TestNode } from '../node.js';
import { portOf } from '../relay.js';
import { DnsServer } from './dns-server.js';

const servers: DnsServer[] = [];

afterEach(async () => {
  await stopAll();
  for (const server of servers.splice(0)) server.close();
});

async function servedBy(server: Promise<DnsServer>): Promise<DnsServer> {
  servers.push(await server);
  return server;
}

function providing(name: string, discover: () => Promise<DiscoveredNode[]>): DiscoveryProvider {
  return { name, discover };
}

function startWith(
  name: string,
  discovery: readonly DiscoveryProvider[],
  options: MeshTransportOptions = {},
): Promise<TestNode> {
  return startNode(name, options, { discovery });
}

/** An address that nobody listens on now and a node may soon. */
async function freeAddress(): Promise<string> {
  const node = await startNode('port-finder');
  await node.transport.stop();
  return node.address;
}

const isCoherent = (node: TestNode) => () => node.transport.coherence() === 'coherent';

test('providers that hang, throw, fail or talk nonsense do not stop the one that works', async () => {
  const a = await startNode('a');
  const b = await startWith('b', [
    providing('hangs', () => new Promise(() => {})),
    providing('throws', () => {
      throw new Error('at once');
    }),
    providing('fails', () => Promise.reject(new Error('later'))),
    providing('nonsense', async () => [{ addresses: ['nowhere'] }, {} as DiscoveredNode]),
    providing('works', async () => [{ addresses: [a.address] }]),
  ]);
  await b.host.until(isCoherent(b), 'b is coherent');
  expect(b.inspect().counters['discoveryFailures']).toBeGreaterThanOrEqual(3);
});

test('a provider’s failure is said once, and so is its end', async () => {
  const said: string[] = [];
  const say = (_: object, message: string) => said.push(message);
  let calls = 0;
  const flaky = providing('flaky', async () => {
    if (++calls <= 2) throw new Error('not yet');
    return [];
  });
  const logger = { debug() {}, info: say, warn: say, error: say };
  await startNode('a', {}, { discovery: [flaky], logger });
  await eventually(() => calls > 2 && said.length > 1, 'it works again');
  expect(said).toEqual(['discovery: discover fails', 'discovery: discover works again']);
});

test('a node that is listed later is found, however long there was nobody', async () => {
  const a = await startNode('a');
  const found: DiscoveredNode[] = [];
  let calls = 0;
  const late = providing('late', async () => {
    if (++calls === 2) found.push({ addresses: [a.address] });
    return found;
  });
  const b = await startWith('b', [late]);
  await b.host.until(isCoherent(b), 'b is coherent');
});

test('a provider is told of this node at the start and at the end; a deaf one stops nobody', async () => {
  const told: string[] = [];
  const deaf: DiscoveryProvider = {
    name: 'deaf',
    discover: async () => [],
    announce: () => new Promise(() => {}),
    withdraw: () => new Promise(() => {}),
  };
  const heeding: DiscoveryProvider = {
    name: 'heeding',
    discover: async () => [],
    announce: async ({ addresses }) => void told.push(`announced ${addresses.join()}`),
    withdraw: async ({ addresses }) => void told.push(`withdrawn ${addresses.join()}`),
  };
  const a = await startWith('a', [deaf, heeding]);
  await eventually(() => told.length > 0, 'it is announced');
  await a.transport.stop();
  expect(told).toEqual([`announced ${a.address}`, `withdrawn ${a.address}`]);
});

test('a name that resolves to this very node is no other node, though half of its addresses refuse', async () => {
  const listen = await freeAddress();
  const a = await startNode('a', { listen, peers: [`localhost:${portOf(listen)}`] });
  await eventually(() => (a.inspect().counters['dials'] ?? 0) > 0, 'the name is looked up');
  await eventually(() => a.transport.coherence() === 'alone', 'a is alone');
  expect(a.inspect().counters['admissionsRefused'], 'it did not dial itself').toBe(0);
});

test('an address that leads back here by a detour is no other node either', async () => {
  const detour = await TcpRelay.listen();
  const a = await startNode('a', { peers: [detour.address] });
  await eventually(() => a.transport.coherence() === 'isolated', 'nobody knows yet whose it is');
  detour.setTarget(portOf(a.address));
  await eventually(() => a.transport.coherence() === 'alone', 'a is alone');
  expect(a.inspect().peers).toEqual([]);
  await detour.close();
});

test('a stale name for an address that another node took over is not dialled over and over', async () => {
  const a = await startNode('a');
  let calls = 0;
  const log = providing('log', async () => {
    calls++;
    return [
      { ...originOf('gone'), addresses: [a.address] },
      { ...a.host.self, addresses: [a.address] },
    ];
  });
  const b = await startWith('b', [log]);
  await b.host.until(isCoherent(b), 'b is coherent');
  await eventually(() => calls === 2, 'time passed for more dials');
  expect(b.inspect().counters['dials']).toBe(1);
  expect(b.inspect().peers.map(({ origin }) => origin.node)).toEqual(['a']);
});

test('nodes of a headless service find each other by its addresses', async () => {
  const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  const dns = await servedBy(DnsServer.open({ 'pods.test': addresses }));
  const port = portOf(await freeAddress());
  const nodes = await Promise.all(
    addresses.map((host, index) => {
      const provider = dnsDiscovery({ name: 'pods.test', port, servers: [dns.address] });
      return startWith(`n${index}`, [provider], { listen: `${host}:${port}` });
    }),
  );
  for (const node of nodes)
    await eventually(() => node.inspect().peers.length === 2, `${node.address} has both others`);
});

test('nodes of a service find each other by its SRV records, and a new record is found later', async () => {
  const [one, two] = [await freeAddress(), await freeAddress()];
  const record = (address: string) => ({ target: 'host.test', port: portOf(address) });
  const name = '_hearsay._tcp.test';
  const dns = await servedBy(DnsServer.open({ [name]: [record(one)], 'host.test': ['127.0.0.1'] }));
  const service = () => srvDiscovery({ name, servers: [dns.address] });
  const a = await startWith('a', [service()], { listen: one });
  await eventually(() => dns.asked > 0, 'a asked');
  dns.zone[name] = [record(one), record(two)];
  const b = await startNode('b', { listen: two });
  await eventually(isCoherent(b), 'a found b, which looks for nobody');
  await a.host.until(isCoherent(a), 'a is coherent');
});
