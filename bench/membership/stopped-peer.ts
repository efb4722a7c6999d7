/** What a node holds for a peer that does not read. */
import type { HostedMember } from '../../test/hosts/hosted-member.ts';
import type { PartOptions } from '../part.ts';
import { residentMiB } from '../resident-memory.ts';
import { atMost, context, type Row } from '../row.ts';
import { median, worst } from '../statistics.ts';
import { pause } from '../time.ts';
import { LocalCluster } from './local-cluster.ts';
import { oneView, untilLinked } from './views.ts';

const EVENTS = 36_000;
/** Fills journal, pools and heap, which grow so far with or without a stopped peer. */
const WARM_EVENTS = 96_000;
const EVENT = { keyBytes: 1_024, pauseMs: 10 };
const LOOK_MS = 20;
const BYTES_PER_MB = 1_000_000;
const BYTES_PER_MIB = 1_048_576;
const GROWTH_MB_MAX = 32;

export async function stoppedPeer({ quick, progress }: PartOptions): Promise<Row[]> {
  await using cluster = await LocalCluster.start(3);
  await oneView(cluster.members);
  await untilLinked(cluster.members);
  const [publisher, stopped] = [cluster.member(0), cluster.member(1)];
  await publisher.publish({ count: WARM_EVENTS, ...EVENT });
  const growthMb: number[] = [];
  for (let run = 1, runs = quick ? 3 : 20; run <= runs; run++) {
    progress(`36,000 events past a stopped peer, run ${run} of ${runs}`);
    const beforeMiB = residentMiB(publisher.process.pid);
    await stopped.process.freeze();
    const largestMiB = await largestWhile(
      publisher,
      publisher.publish({ count: EVENTS, ...EVENT }),
    );
    growthMb.push(((largestMiB - beforeMiB) * BYTES_PER_MIB) / BYTES_PER_MB);
    stopped.process.continue();
    await oneView(cluster.members);
    await untilLinked(cluster.members);
  }
  const name = '36,000 × 1 KiB past a stopped peer, after 96,000 to warm up: memory';
  return [
    context(`${name}, median of ${growthMb.length}`, median(growthMb), 'MB'),
    atMost(`${name}, worst`, worst(growthMb), 'MB', GROWTH_MB_MAX),
  ];
}

/** @returns the most that was resident meanwhile */
async function largestWhile(member: HostedMember, work: Promise<void>): Promise<number> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  let largestMiB = 0;
  while (!isDone) {
    largestMiB = Math.max(largestMiB, residentMiB(member.process.pid));
    await pause(LOOK_MS);
  }
  await done;
  return largestMiB;
}
