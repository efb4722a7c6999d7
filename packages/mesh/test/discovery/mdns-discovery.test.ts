import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostNetwork } from '../../../../test/hosts/host-network.ts';
import type { HostProcess } from '../../../../test/hosts/host-process.ts';
import { hostsAvailable } from '../../../../test/hosts/hosts-available.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const script = join(import.meta.dirname, 'mdns-member.ts');
const availability = hostsAvailable();
let network: HostNetwork | undefined;

beforeEach((context) => {
  if (!availability.available) context.skip(availability.reason);
});

afterEach(async () => {
  await network?.close();
  network = undefined;
});

/** Each on a host of its own. */
function startHosts(count: number): HostProcess[] {
  const hosts = HostNetwork.create(count);
  network = hosts;
  return Array.from({ length: count }, (_, index) => hosts.start(index, { script }));
}

async function startMembers(services: readonly (string | false)[]): Promise<HostProcess[]> {
  const members = startHosts(services.length);
  const joins = services.map((service, index) => ({ name: `n${index}`, service }));
  await Promise.all(members.map((member, index) => member.ask('join', joins[index])));
  return members;
}

function untilPeers(member: HostProcess | undefined, names: readonly string[]): Promise<void> {
  if (!member) throw new Error('no such member');
  let peers: readonly string[] = [];
  member.onTold((told) => {
    if ('peers' in told) peers = told.peers as string[];
  });
  const holds = () => peers.toSorted().join() === names.join();
  return member.until(holds, () => `peers ${names}; there are ${peers}`);
}

test('members of one service on one network segment find each other, and nobody else', async () => {
  const [one, two, other] = await startMembers(['shop', 'shop', 'bank']);
  await Promise.all([untilPeers(one, ['n1']), untilPeers(two, ['n0'])]);
  expect(await other?.ask('peers')).toEqual([]);
});

test('a socket is open from the start to the stop where it is configured, and nowhere else', async () => {
  const [silent, open] = await startMembers([false, 'shop']);
  expect(await open?.ask('udpSockets')).toBe(1);
  expect(await silent?.ask('udpSockets')).toBe(0);
  await open?.ask('leave');
  expect(await open?.ask('udpSockets')).toBe(0);
});

test('a taken port is a failure that is said, and tried again until it is free', async () => {
  const [member] = startHosts(1);
  if (!member) throw new Error('no host');
  const said: string[] = [];
  member.onTold((told) => {
    if ('said' in told) said.push(String(told.said));
  });
  await member.ask('occupy');
  await member.ask('join', { name: 'n0', service: 'shop' });
  await member.until(() => said.length === 1, 'the failure');
  await member.ask('release');
  await member.until(() => said.length === 2, 'that it works');
  expect(said).toEqual([
    expect.stringMatching(
      /^discovery: discover fails: mDNS has no socket \(.*EADDRINUSE.*\): free/,
    ),
    'discovery: discover works again',
  ]);
});
