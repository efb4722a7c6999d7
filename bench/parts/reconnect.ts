/**
 * Two nodes without a log, with the demonstration's relays between them, publish 100 events a second
 * each. The relays stop forwarding without closing anything for longer than 2 s; then they go on.
 * Contact is the first acknowledged round trip at either end, equality when both have everything.
 */
import { Relays } from '../../test/demo/relays.ts';
import type { PartOptions } from '../part.ts';
import { atMost, context, type Row } from '../row.ts';
import { median, worst } from '../statistics.ts';
import { machineClock, pause } from '../time.ts';
import { WorkerProcesses } from '../worker-process.ts';
import type { Reunion } from '../workers/reconnect-member.ts';

const WORST_MS_MAX = 1_000;
const TOGETHER_MS = 300;
const APART_MS_MIN = 2_500;
/** Cuts differ in length so that they end anywhere between two heartbeats and two attempts to dial. */
const APART_MS_SPAN = 1_000;
/** The events of the 2 s that must at least have been missed. */
const MISSED_MIN = 200;

interface Times {
  readonly fromContactMs: number;
  readonly fromHealMs: number;
}

export async function run({ quick, progress }: PartOptions): Promise<Row[]> {
  const runs = quick ? 5 : 20;
  const rows: Row[] = [];
  for (const medium of ['direct', 'gossipsub'] as const) {
    const times = await measure(medium, runs, (at) => progress(`${medium}, run ${at} of ${runs}`));
    const fromContact = times.map((one) => one.fromContactMs);
    const fromHeal = times.map((one) => one.fromHealMs);
    rows.push(
      context(`${medium}: equal after contact, median`, median(fromContact), 'ms'),
      atMost(`${medium}: equal after contact, worst`, worst(fromContact), 'ms', WORST_MS_MAX),
      context(`${medium}: equal after the heal, median`, median(fromHeal), 'ms'),
      context(`${medium}: equal after the heal, worst`, worst(fromHeal), 'ms'),
    );
  }
  return rows;
}

async function measure(
  medium: 'direct' | 'gossipsub',
  runs: number,
  progress: (run: number) => void,
): Promise<Times[]> {
  const relays = await Relays.between(2);
  try {
    await using members = new WorkerProcesses('reconnect-member.ts', 2);
    const addresses = await members.call<string>('start', (index) => ({
      node: `node-${index + 1}`,
      medium,
      peers: relays.peersOf(index),
    }));
    for (const [index, address] of addresses.entries())
      relays.setTarget(index, Number(address.split(':').at(-1)));
    const times: Times[] = [];
    for (let at = 1; at <= runs; at++) {
      progress(at);
      times.push(await cutAndHeal(members, relays, APART_MS_MIN + (APART_MS_SPAN * at) / runs));
    }
    return times;
  } finally {
    await relays.close();
  }
}

async function cutAndHeal(
  members: WorkerProcesses,
  relays: Relays,
  apartMs: number,
): Promise<Times> {
  await members.call('connected');
  await members.call('publish');
  await pause(TOGETHER_MS);
  relays.cut(0);
  await pause(apartMs);
  // What is to be equal is settled before the heal: nothing is published after it.
  const counts = await members.call<{ published: number; delivered: number }>('stop');
  const toDeliver = counts.map((_, index) => counts[1 - index]?.published ?? 0);
  for (const [index, { delivered }] of counts.entries())
    if ((toDeliver[index] ?? 0) - delivered < MISSED_MIN)
      throw new Error('the nodes were not apart: too few events were missed');
  const sinceMs = machineClock.monotonicMs();
  relays.heal(0);
  const reunions = await members.call<Reunion>('reunite', (index) => ({
    sinceMs,
    count: toDeliver[index],
  }));
  const equalMs = Math.max(...reunions.map((reunion) => reunion.equalMs));
  const contactMs = Math.min(...reunions.map((reunion) => reunion.contactMs));
  return { fromContactMs: equalMs - contactMs, fromHealMs: equalMs - sinceMs };
}
