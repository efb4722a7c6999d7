/** Processes that start at the same moment, and one of thirty that is killed. */
import type { PartOptions } from '../part.ts';
import type { Row } from '../row.ts';
import { p99Of, worstOf } from './figures.ts';
import { LocalCluster } from './local-cluster.ts';
import { knownDeadMs, oneView, untilLinked } from './views.ts';

const TEN_MS_MAX = 5_000;
const THIRTY_MS_MAX = 20_000;
const KNOWN_MS_MAX = 3_000;

export async function tenAtOnce({ quick, progress }: PartOptions): Promise<Row[]> {
  const formedMs: number[] = [];
  for (let run = 1, runs = quick ? 3 : 20; run <= runs; run++) {
    progress(`10 at once, run ${run} of ${runs}`);
    await using cluster = await LocalCluster.start(10);
    formedMs.push((await oneView(cluster.members)) - cluster.spawnedMs);
  }
  return worstOf('10 started at once: one view', formedMs, TEN_MS_MAX);
}

/** Each of these clusters also loses one, once all are linked. */
export async function thirtyAtOnce({ quick, progress }: PartOptions): Promise<Row[]> {
  const formedMs: number[] = [];
  const knownMs: number[] = [];
  for (let run = 1, runs = quick ? 3 : 20; run <= runs; run++) {
    progress(`30 at once, run ${run} of ${runs}`);
    await using cluster = await LocalCluster.start(30);
    formedMs.push((await oneView(cluster.members)) - cluster.spawnedMs);
    progress(`30, one killed, run ${run} of ${runs}`);
    await untilLinked(cluster.members);
    const { killed, killedMs } = await cluster.kill(run % 30);
    knownMs.push(...(await knownDeadMs(cluster.membersBut(killed), killed, killedMs)));
  }
  return [
    ...worstOf('30 started at once: one view', formedMs, THIRTY_MS_MAX),
    ...p99Of('killed, 30 nodes: each knows', knownMs, KNOWN_MS_MAX),
  ];
}
