/** Five processes, of which one is killed and comes back under its name. */
import type { HostedMember } from '../../test/hosts/hosted-member.ts';
import type { PartOptions } from '../part.ts';
import type { Row } from '../row.ts';
import { machineClock, pause } from '../time.ts';
import { p99Of, worstOf } from './figures.ts';
import { LocalCluster } from './local-cluster.ts';
import { knownDeadMs, oneView, untilLinked } from './views.ts';

const MEMBERS = 5;
const KNOWN_MS_MAX = 3_000;
const DEAD_FOR_MS = 1_000;
const RECEIVES_MS_MAX = 2_000;
const PUBLISH_EVERY_MS = 25;

export async function fiveAndOneKilled({ quick, progress }: PartOptions): Promise<Row[]> {
  const knownMs: number[] = [];
  await using cluster = await LocalCluster.start(MEMBERS);
  for (let run = 1, runs = quick ? 3 : 20; run <= runs; run++) {
    progress(`5, one killed, run ${run} of ${runs}`);
    await settled(cluster);
    const place = run % MEMBERS;
    const { killed, killedMs } = await cluster.kill(place);
    knownMs.push(...(await knownDeadMs(cluster.membersBut(killed), killed, killedMs)));
    await cluster.restart(place);
  }
  return p99Of('killed, 5 nodes: each knows', knownMs, KNOWN_MS_MAX);
}

export async function bornAgain({ quick, progress }: PartOptions): Promise<Row[]> {
  const receivesMs: number[] = [];
  await using cluster = await LocalCluster.start(MEMBERS);
  for (let run = 1, runs = quick ? 3 : 20; run <= runs; run++) {
    progress(`same name on a new address, run ${run} of ${runs}`);
    await settled(cluster);
    const place = run % MEMBERS;
    const { killed, killedMs } = await cluster.kill(place);
    const others = cluster.membersBut(killed);
    await pause(killedMs + DEAD_FOR_MS - machineClock.monotonicMs());
    const publishing = setInterval(() => {
      for (const other of others) void other.publish({ count: 1 });
    }, PUBLISH_EVERY_MS);
    const { reborn, spawnedMs } = await cluster.restart(place);
    receivesMs.push((await heardAllAtMs(reborn, others, spawnedMs)) - spawnedMs);
    clearInterval(publishing);
  }
  return worstOf(
    'same name, new address, 1 s after a kill: spawned to an event of each other',
    receivesMs,
    RECEIVES_MS_MAX,
  );
}

async function settled({ members }: LocalCluster): Promise<void> {
  await oneView(members);
  await untilLinked(members);
}

async function heardAllAtMs(
  reborn: HostedMember,
  others: readonly HostedMember[],
  sinceMs: number,
): Promise<number> {
  const { atMs } = await reborn.untilNews(
    sinceMs,
    (item) => item.kind === 'received' && others.every(({ origin }) => origin in item.counts),
    'an event of each other',
  );
  return atMs;
}
