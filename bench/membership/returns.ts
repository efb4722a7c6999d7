/** Members that were away and come back as they were: a split that heals, a process that continues. */
import type { Row } from '../row.ts';
import { machineClock, pause } from '../time.ts';
import { worstOf } from './figures.ts';
import { HOSTS, type HostedCluster, shareRuns } from './hosted-cluster.ts';
import { oneView } from './views.ts';

const EQUAL_MS_MAX = 5_000;
const MAJORITY = 3;
/** Absences differ in length, so that they end anywhere between two attempts to dial. */
const SPAN_MS = 2_000;

export async function splitAndHealed(
  clusters: readonly HostedCluster[],
  runs: number,
  apartMs: number,
): Promise<Row[]> {
  const equalMs = await shareRuns(clusters, runs, async ({ network, members }) => {
    const halves = [members.slice(0, MAJORITY), members.slice(MAJORITY)];
    for (let one = 0; one < MAJORITY; one++)
      for (let other = MAJORITY; other < HOSTS; other++) network.cutPair(one, other);
    await pause(apartMs + SPAN_MS * Math.random());
    if (!halves.every((half) => half.every((member) => member.seesAlive(half))))
      throw new Error(`the halves do not take each other for dead after ${apartMs} ms`);
    const healedMs = machineClock.monotonicMs();
    network.healAll();
    return (await oneView(members)) - healedMs;
  });
  const name = `split 3:2, healed after ${apartMs / 1000} s: equal views`;
  return worstOf(name, equalMs, EQUAL_MS_MAX);
}

export async function stoppedAndContinued(
  clusters: readonly HostedCluster[],
  runs: number,
  stoppedMs: number,
): Promise<Row[]> {
  const memberMs = await shareRuns(clusters, runs, async (cluster, index) => {
    const { members } = cluster;
    const stopped = cluster.member(index % HOSTS);
    await stopped.process.freeze();
    await pause(stoppedMs + SPAN_MS * Math.random());
    if (members.every((member) => member === stopped || member.stateOf(stopped) === 'alive'))
      throw new Error(`nobody missed the stopped member for ${stoppedMs} ms`);
    const continuedMs = machineClock.monotonicMs();
    stopped.process.continue();
    return (await oneView(members)) - continuedMs;
  });
  const name = `stopped for ${stoppedMs / 1000} s, continued: alive everywhere`;
  return worstOf(name, memberMs, EQUAL_MS_MAX);
}
