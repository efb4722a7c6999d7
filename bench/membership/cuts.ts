/** Pairs that cannot hear each other while the rest hears both, in both directions or in one. */
import type { MemberNews } from '../../test/hosts/member.ts';
import { atMost, type Row } from '../row.ts';
import { machineClock, pause } from '../time.ts';
import { sum, worstOf } from './figures.ts';
import { HOSTS, type HostedCluster, shareRuns } from './hosted-cluster.ts';
import { deathsDeclared } from './views.ts';

const NOTICED_MS_MAX = 3_000;
/** A suspicion that nobody refutes ends in a death after 10 s at the latest. */
const CUT_MS = 13_000;

/** Each ordered pair of hosts once. */
const PAIRS = Array.from({ length: HOSTS * (HOSTS - 1) }, (_, index) => {
  const one = Math.floor(index / (HOSTS - 1));
  const other = index % (HOSTS - 1);
  return { one, other: other < one ? other : other + 1 };
});

interface Cut {
  readonly noticedMs: number;
  readonly deaths: number;
}

export async function cutBothWays(
  clusters: readonly HostedCluster[],
  runs: number,
): Promise<Row[]> {
  const cuts = await shareRuns(clusters, runs, (cluster, index) => cut(cluster, index, 'cutPair'));
  return [
    ...worstOf(
      'a link cut without RST: noticed',
      cuts.map(({ noticedMs }) => noticedMs),
      NOTICED_MS_MAX,
    ),
    atMost(
      `declared dead: A and C cut for 13 s, B sees both, ${runs} times`,
      sum(cuts.map(({ deaths }) => deaths)),
      'deaths',
      0,
    ),
  ];
}

export async function cutOneWay(clusters: readonly HostedCluster[], runs: number): Promise<Row[]> {
  const cuts = await shareRuns(clusters, runs, (cluster, index) =>
    cut(cluster, index, 'cutOneWay'),
  );
  return [
    atMost(
      `declared dead: all from A to C lost for 13 s, ${runs} times`,
      sum(cuts.map(({ deaths }) => deaths)),
      'deaths',
      0,
    ),
  ];
}

async function cut(
  cluster: HostedCluster,
  index: number,
  how: 'cutPair' | 'cutOneWay',
): Promise<Cut> {
  const { network, members } = cluster;
  const { one, other } = PAIRS[index % PAIRS.length] ?? { one: 0, other: 1 };
  const before = await deathsDeclared(members);
  const sinceMs = machineClock.monotonicMs();
  network[how](one, other);
  const noticedMs = await Promise.race([
    noticedAtMs(cluster, one, other, sinceMs),
    noticedAtMs(cluster, other, one, sinceMs),
  ]);
  await pause(sinceMs + CUT_MS - machineClock.monotonicMs());
  const deaths = (await deathsDeclared(members)) - before;
  network.healPair(one, other);
  return { noticedMs: noticedMs - sinceMs, deaths };
}

/** @returns when a member first said anything that it would not say of a peer that it hears */
async function noticedAtMs(
  cluster: HostedCluster,
  host: number,
  lost: number,
  sinceMs: number,
): Promise<number> {
  const { origin } = cluster.member(lost);
  const tells = (item: MemberNews): boolean =>
    (item.kind === 'peers' && !item.peers.includes(origin)) ||
    (item.kind === 'view' && item.states[origin] !== 'alive') ||
    (item.kind === 'coherence' && item.coherence === 'isolated');
  const { atMs } = await cluster.member(host).untilNews(sinceMs, tells, `the cut from ${origin}`);
  return atMs;
}
