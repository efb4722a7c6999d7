import { afterEach, expect, test } from 'vitest';
import { dnsDiscovery, srvDiscovery } from '../../src/discovery/dns-discovery.js';
import { DiscoveryFailedError } from '../../src/errors.js';
import { CODE, DnsServer, type Zone } from './dns-server.js';

const running: DnsServer[] = [];

afterEach(() => {
  for (const server of running.splice(0)) server.close();
});

async function serve(zone: Zone): Promise<{ servers: string[]; server: DnsServer }> {
  const server = await DnsServer.open(zone);
  running.push(server);
  return { servers: [server.address], server };
}

async function addressesOf(provider: ReturnType<typeof dnsDiscovery>): Promise<string[]> {
  const found = await provider.discover();
  expect(found.every(({ node, epoch }) => node === undefined && epoch === undefined)).toBe(true);
  return found.flatMap(({ addresses }) => addresses);
}

test('a name lists every address of both families with the port that was given', async () => {
  const { servers } = await serve({ 'pods.test': ['10.0.0.2', '10.0.0.1', 'fd00::7'] });
  const provider = dnsDiscovery({ name: 'pods.test', port: 7946, servers });
  expect(await addressesOf(provider)).toEqual(['10.0.0.1:7946', '10.0.0.2:7946', '[fd00::7]:7946']);
});

test('the name is asked anew each time', async () => {
  const { servers, server } = await serve({ 'pods.test': ['10.0.0.1'] });
  const provider = dnsDiscovery({ name: 'pods.test', port: 1, servers });
  expect(await addressesOf(provider)).toEqual(['10.0.0.1:1']);
  server.zone['pods.test'] = ['10.0.0.2'];
  expect(await addressesOf(provider)).toEqual(['10.0.0.2:1']);
});

test('a name that does not exist, or has no addresses, lists nobody', async () => {
  const { servers } = await serve({ 'empty.test': [] });
  for (const name of ['empty.test', 'unknown.test'])
    expect(await addressesOf(dnsDiscovery({ name, port: 1, servers }))).toEqual([]);
  expect(await addressesOf(srvDiscovery({ name: '_a._tcp.empty.test', servers }))).toEqual([]);
});

test.each(['serverFailure', 'refused'] as const)(
  'a server that says %s is a failure, not an empty list; later it may work',
  async (failure) => {
    const { servers, server } = await serve({ 'pods.test': { code: CODE[failure] } });
    const provider = dnsDiscovery({ name: 'pods.test', port: 1, servers });
    await expect(provider.discover()).rejects.toThrow(DiscoveryFailedError);
    await expect(provider.discover()).rejects.toThrow(
      /DNS does not answer for pods\.test \(E\w+\)/,
    );
    server.zone['pods.test'] = ['10.0.0.1'];
    expect(await addressesOf(provider)).toEqual(['10.0.0.1:1']);
  },
);

test('a server that never answers is a failure', async () => {
  const { servers } = await serve({ 'pods.test': 'silence' });
  const provider = dnsDiscovery({ name: 'pods.test', port: 1, servers });
  await expect(provider.discover()).rejects.toThrow(/\(ETIMEOUT\)/);
});

test('SRV records list target and port; targets stay names, or are resolved where servers are given', async () => {
  const { servers } = await serve({
    '_hearsay._tcp.test': [
      { target: 'b.test', port: 7002 },
      { target: 'a.test', port: 7001 },
      { target: '.', port: 7000 },
    ],
    'a.test': ['10.0.0.1', 'fd00::1'],
    'b.test': ['10.0.0.2'],
  });
  const name = '_hearsay._tcp.test';
  expect(await addressesOf(srvDiscovery({ name, servers, resolveTargets: false }))).toEqual([
    'a.test:7001',
    'b.test:7002',
  ]);
  expect(await addressesOf(srvDiscovery({ name, servers }))).toEqual([
    '10.0.0.1:7001',
    '10.0.0.2:7002',
    '[fd00::1]:7001',
  ]);
});

test('what one SRV target lacks does not hide the others, but if nothing answers it is a failure', async () => {
  const { servers, server } = await serve({
    '_hearsay._tcp.test': [
      { target: 'a.test', port: 1 },
      { target: 'gone.test', port: 1 },
    ],
    'a.test': { code: CODE.refused },
  });
  const provider = srvDiscovery({ name: '_hearsay._tcp.test', servers });
  await expect(provider.discover()).rejects.toThrow(DiscoveryFailedError);
  server.zone['a.test'] = ['10.0.0.1'];
  expect(await addressesOf(provider)).toEqual(['10.0.0.1:1']);
});

test.each([1_024, 1_025])(
  'of %i addresses at most 1,024 are listed, always the same',
  async (n) => {
    const pods = Array.from({ length: n }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    const { servers, server } = await serve({ 'pods.test': pods });
    const provider = dnsDiscovery({ name: 'pods.test', port: 1, servers });
    const first = await addressesOf(provider);
    expect(first).toHaveLength(1_024);
    server.zone['pods.test'] = pods.toReversed();
    expect(await addressesOf(provider)).toEqual(first);
  },
);
