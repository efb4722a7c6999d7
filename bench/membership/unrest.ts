/** What slow processes and bad networks must not be mistaken for. */
import { atMost, type Row } from '../row.ts';
import { pause } from '../time.ts';
import { sum } from './figures.ts';
import { HOSTS, type HostedCluster } from './hosted-cluster.ts';
import { deathsDeclared } from './views.ts';

const BLOCK_MS = 2_000;
/** Pauses between blocks differ, so that they end anywhere between two probes. */
const PAUSE_MS_MIN = 500;
const PAUSE_MS_SPAN = 2_000;
const LOSS_PERCENT = 10;
/** A suspicion that nobody refutes ends in a death after 10 s at the latest. */
const AFTER_MS = 12_000;

export async function blockedLoop(cluster: HostedCluster, times: number): Promise<Row[]> {
  const before = await deathsDeclared(cluster.members);
  for (let time = 0; time < times; time++) {
    await cluster.member(0).block(BLOCK_MS);
    await pause(PAUSE_MS_MIN + PAUSE_MS_SPAN * Math.random());
  }
  await pause(AFTER_MS);
  const deaths = (await deathsDeclared(cluster.members)) - before;
  return [atMost(`declared dead: event loop blocked for 2 s, ${times} times`, deaths, 'deaths', 0)];
}

/** Every host of every cluster loses a tenth of what it sends. */
export async function packetLoss(clusters: readonly HostedCluster[], ms: number): Promise<Row[]> {
  const deaths = await Promise.all(clusters.map((cluster) => deathsWhileLosing(cluster, ms)));
  const hosts = clusters.length * HOSTS;
  const name = `declared dead: 10 % of packets lost for ${ms / 1000} s, ${hosts} nodes`;
  return [atMost(name, sum(deaths), 'deaths', 0)];
}

async function deathsWhileLosing({ network, members }: HostedCluster, ms: number): Promise<number> {
  const before = await deathsDeclared(members);
  for (let host = 0; host < HOSTS; host++) await network.netem(host, { lossPercent: LOSS_PERCENT });
  await pause(ms);
  const deaths = (await deathsDeclared(members)) - before;
  for (let host = 0; host < HOSTS; host++) await network.netem(host, {});
  return deaths;
}
