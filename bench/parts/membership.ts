/**
 * How soon a cluster forms, notices and heals, and whom it must not bury. Where packets are cut or lost
 * the members run on hosts of their own (test/hosts), otherwise on loopback; each is a process.
 */
import { hostsAvailable } from '../../test/hosts/hosts-available.ts';
import { cutBothWays, cutOneWay } from '../membership/cuts.ts';
import { bornAgain, fiveAndOneKilled } from '../membership/deaths.ts';
import { tenAtOnce, thirtyAtOnce } from '../membership/formation.ts';
import { HostedCluster } from '../membership/hosted-cluster.ts';
import { splitAndHealed, stoppedAndContinued } from '../membership/returns.ts';
import { stoppedPeer } from '../membership/stopped-peer.ts';
import { blockedLoop, packetLoss } from '../membership/unrest.ts';
import type { PartOptions } from '../part.ts';
import { atMost, type Row } from '../row.ts';

type Scenario = (options: PartOptions) => Promise<Row[]>;

/** The machine belongs to each of these alone. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  '10 started at once': tenAtOnce,
  '30 started at once': thirtyAtOnce,
  'killed, 5 nodes': fiveAndOneKilled,
  'same name, new address': bornAgain,
  'a stopped peer': stoppedPeer,
  'cuts, loss and absences': onHosts,
};

/** Of five members each, for what is mostly waiting. */
const CLUSTERS = 5;

export async function run(options: PartOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [title, scenario] of Object.entries(SCENARIOS))
    rows.push(...(await scenario(options).catch((error: Error) => [broken(title, error)])));
  return rows;
}

/** The others are still worth their time. */
function broken(title: string, { message }: Error): Row {
  return atMost(`${title}: ${message}`, null, '', 0);
}

async function onHosts({ quick, progress }: PartOptions): Promise<Row[]> {
  const availability = hostsAvailable();
  if (!availability.available) throw new Error(availability.reason);
  const runs = quick ? 3 : 20;
  await using stack = new AsyncDisposableStack();
  const clusters: HostedCluster[] = [];
  for (let at = 1; at <= (quick ? 3 : CLUSTERS); at++) {
    progress(`cluster ${at} on hosts`);
    clusters.push(stack.use(await HostedCluster.start()));
  }
  const [first, ...others] = clusters;
  if (!first) throw new Error('there is no cluster');
  const rows: Row[] = [];
  progress('links cut');
  rows.push(...(await cutBothWays(clusters, runs)), ...(await cutOneWay(clusters, runs)));
  progress('loops blocked, packets lost');
  const unrest = [blockedLoop(first, runs), packetLoss(others, quick ? 15_000 : 80_000)];
  rows.push(...(await Promise.all(unrest)).flat());
  progress('splits');
  rows.push(...(await splitAndHealed(clusters, runs, quick ? 15_000 : 60_000)));
  progress('stops');
  rows.push(...(await stoppedAndContinued(clusters, runs, quick ? 10_000 : 30_000)));
  return rows;
}
