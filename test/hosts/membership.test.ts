import type { MembershipState } from '@hearsay/spi';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostNetwork } from './host-network.ts';
import { HostedMember } from './hosted-member.ts';
import { hostsAvailable } from './hosts-available.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const BLOCK_MS = 2_000;

const availability = hostsAvailable();
let network: HostNetwork;

beforeEach((context) => {
  if (!availability.available) context.skip(availability.reason);
});

afterEach(async () => {
  await network?.close();
});

/** Each on a host of its own, started at the same moment, and formed. */
async function cluster(count: number): Promise<HostedMember[]> {
  network = HostNetwork.create(count);
  const members = await Promise.all(
    Array.from({ length: count }, (_, host) => HostedMember.start(network, host)),
  );
  await untilOneView(members);
  return members;
}

/** Until all see exactly these alive, with equal hashes, and are linked. */
async function untilOneView(members: readonly HostedMember[]): Promise<void> {
  await Promise.all(
    members.flatMap((member) => [member.untilAlive(members), member.untilPeers(members)]),
  );
  expect(new Set(members.map(({ view }) => view.hash)).size).toBe(1);
}

async function fiveMembers(): Promise<Five> {
  return (await cluster(5)) as Five;
}

type Five = [HostedMember, HostedMember, HostedMember, HostedMember, HostedMember];

async function allSee(
  witnesses: readonly HostedMember[],
  other: HostedMember,
  state: MembershipState,
): Promise<void> {
  await Promise.all(witnesses.map((witness) => witness.untilState(other, state)));
}

/**
 * Cuts one off from all, and waits until all others have declared it dead: whoever they took to be
 * silent before would be dead by then as well.
 *
 * @returns whom any of them ever declared dead
 */
async function buriedWith(
  silent: HostedMember,
  host: number,
  others: readonly HostedMember[],
): Promise<string[]> {
  network.isolate(host);
  await allSee(others, silent, 'dead');
  const buried = new Set<string>();
  for (const { news } of others)
    for (const item of news)
      if (item.kind === 'view')
        for (const [origin, state] of Object.entries(item.states))
          if (state === 'dead') buried.add(origin);
  return [...buried];
}

test('ten that start at the same moment come to one view', async () => {
  const members = await cluster(10);
  expect(members).toHaveLength(10);
});

test('a killed member is dead to all; its name on a new address is a member and hears the rest (M4)', async () => {
  const [killed, ...others] = await fiveMembers();
  await killed.process.kill();
  await allSee(others, killed, 'dead');

  network.moveAddress(0);
  const reborn = await HostedMember.start(network, 0);
  await untilOneView([reborn, ...others]);
  await Promise.all(others.map((other) => other.publish({ count: 1 })));
  await Promise.all(others.map((other) => reborn.untilReceived(other, 1)));
  expect(reborn.node).toBe(killed.node);
  expect(others.map((other) => other.stateOf(killed))).toEqual(others.map(() => 'dead'));
});

test('a restart that is quicker than the suspicion replaces its former self (M4)', async () => {
  const [killed, ...others] = await fiveMembers();
  await killed.process.kill();
  network.moveAddress(0);
  const reborn = await HostedMember.start(network, 0);
  await untilOneView([reborn, ...others]);
});

test('whom one other cannot hear, in both directions or in one, is alive while others hear it', async () => {
  const members = await fiveMembers();
  const [first, second, third, fourth, silent] = members;
  network.cutPair(0, 1);
  network.cutOneWay(2, 3);
  const others = [first, second, third, fourth];
  // Noticed, though nobody closed anything.
  await Promise.all([
    first.untilPeers([third, fourth, silent]),
    second.untilPeers([third, fourth, silent]),
  ]);
  expect(await buriedWith(silent, 4, others)).toEqual([silent.origin]);
  network.healAll();
  await untilOneView(members);
});

test('with a tenth of all packets lost the silent one is dead, and nobody else', async () => {
  const [silent, ...others] = await fiveMembers();
  for (let host = 0; host < network.count; host++) await network.netem(host, { lossPercent: 10 });
  expect(await buriedWith(silent, 0, others)).toEqual([silent.origin]);
});

test('whose event loop is blocked for 2 s, again and again, is not dead', async () => {
  const [silent, blocked, witness, fourth, fifth] = await fiveMembers();
  const others = [witness, fourth, fifth];
  let isOver = false;
  const buried = buriedWith(silent, 0, others).finally(() => {
    isOver = true;
  });
  for (let times = 1; !isOver; times++) {
    await blocked.block(BLOCK_MS);
    // Its loop turns for as long as it takes to hear what came meanwhile.
    await witness.publish({ count: 1 });
    await blocked.untilReceived(witness, times);
  }
  expect(await buried).toEqual([silent.origin]);
});

test('halves that are split bury each other, and come to one view once healed (E)', async () => {
  const members = await fiveMembers();
  const halves = [members.slice(0, 3), members.slice(3)];
  for (const one of [0, 1, 2]) for (const other of [3, 4]) network.cutPair(one, other);
  await Promise.all(halves.flatMap((half) => half.map((member) => member.untilAlive(half))));
  network.healAll();
  await untilOneView(members);
});

test('a stopped member is dead to all, and alive to all once it continues, in the same life', async () => {
  const members = await fiveMembers();
  const [stopped, ...others] = members;
  const { origin } = stopped;
  await stopped.process.freeze();
  await allSee(others, stopped, 'dead');
  stopped.process.continue();
  await untilOneView(members);
  expect(stopped.origin).toBe(origin);
});

test('what a member says of itself reaches all while it runs, and so does its leave', async () => {
  const [first, ...others] = await fiveMembers();
  await first.updateMetadata({ zone: 'b' });
  await Promise.all(others.map((other) => other.untilMetadata(first, { zone: 'b' })));
  await first.stop();
  await allSee(others, first, 'left');
});
