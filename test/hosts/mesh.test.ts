import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostNetwork } from './host-network.ts';
import { HostedMember } from './hosted-member.ts';
import { hostsAvailable } from './hosts-available.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const HOSTS = 5;
const EVENTS = 100;

const availability = hostsAvailable();
let network: HostNetwork;

beforeEach((context) => {
  if (!availability.available) context.skip(availability.reason);
  network = HostNetwork.create(HOSTS);
});

afterEach(async () => {
  await network?.close();
});

/** A member on every host, started at the same moment. */
async function startMembers(): Promise<Members> {
  const members = await Promise.all(
    Array.from({ length: HOSTS }, (_, host) => HostedMember.start(network, host)),
  );
  return members as Members;
}

type Members = [HostedMember, HostedMember, HostedMember, HostedMember, HostedMember];

async function untilFormed(members: readonly HostedMember[]): Promise<void> {
  await Promise.all(
    members.flatMap((member) => [member.untilPeers(members), member.untilCoherence('coherent')]),
  );
}

async function publishAll(members: readonly HostedMember[]): Promise<void> {
  await Promise.all(members.map((member) => member.publish({ count: EVENTS })));
}

/** Everyone has so many events of everyone else. */
async function untilEqual(members: readonly HostedMember[], count: number): Promise<void> {
  const pairs = members.flatMap((to) => members.map((from) => ({ from, to })));
  await Promise.all(
    pairs
      .filter(({ from, to }) => from !== to)
      .map(({ from, to }) => to.untilReceived(from, count)),
  );
}

test('members that start together on five hosts form one mesh and hear each other', async () => {
  const members = await startMembers();
  await untilFormed(members);
  await publishAll(members);
  await untilEqual(members, EVENTS);
});

test('a host cut off in silence says isolated; on healing everyone gets what all published (M2)', async () => {
  const members = await startMembers();
  const [first, ...others] = members;
  await untilFormed(members);
  network.isolate(0);
  await first.untilCoherence('isolated');
  await Promise.all(others.map((other) => other.untilPeers(others)));
  await publishAll(members);
  await untilEqual(others, EVENTS);
  expect(first.received).toEqual({});
  network.heal(0);
  await untilEqual(members, EVENTS);
  await untilFormed(members);
});

test('two that cannot reach each other are coherent through the rest, and miss nothing', async () => {
  const members = await startMembers();
  const [first, second, ...others] = members;
  await untilFormed(members);
  network.cutPair(0, 1);
  await first.untilPeers(others);
  await second.untilPeers(others);
  await publishAll(members);
  await untilEqual(members, EVENTS);
  await Promise.all(members.map((member) => member.untilCoherence('coherent')));
  network.healPair(0, 1);
  await untilFormed(members);
});

test('a killed member is dropped; its name on a new address is a member again (M4)', async () => {
  const members = await startMembers();
  const [killed, ...others] = members;
  await untilFormed(members);
  await killed.process.kill();
  await Promise.all(others.map((other) => other.untilPeers(others)));

  network.moveAddress(0);
  const reborn = await HostedMember.start(network, 0);
  expect(reborn.node).toBe(killed.node);
  expect(reborn.origin).not.toBe(killed.origin);
  await untilFormed([reborn, ...others]);
  await publishAll([reborn, ...others]);
  await untilEqual([reborn, ...others], EVENTS);
});

test('a frozen member is dropped, and without a restart gets what it missed once it continues', async () => {
  const members = await startMembers();
  const [frozen, ...others] = members;
  await untilFormed(members);
  await frozen.process.freeze();
  await Promise.all(others.map((other) => other.untilPeers(others)));
  await publishAll(others);
  await untilEqual(others, EVENTS);
  frozen.process.continue();
  await Promise.all(others.map((other) => frozen.untilReceived(other, EVENTS)));
  await untilFormed(members);
});

test('with one packet in ten lost everywhere, members form and nothing is missing', async () => {
  for (let host = 0; host < HOSTS; host++) await network.netem(host, { lossPercent: 10 });
  const members = await startMembers();
  // What is published before two have met is past to them, not missing.
  await untilFormed(members);
  await publishAll(members);
  await untilEqual(members, EVENTS);
});
