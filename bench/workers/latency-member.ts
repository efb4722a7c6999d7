/** One member of a full mesh. Some of them publish; the others note how long each event took. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { InvalidationEvent } from '@hearsay/spi';
import { type MemberConfig, MeshMember } from '../mesh-member.ts';
import { until } from '../time.ts';
import { serve } from '../worker.ts';

const KEY_BYTES = 96;
const WAIT_MS = 15_000;

let member: MeshMember;
let latenciesUs: number[] = [];

/** The key says when it was published; padding makes it as long as keys are. */
function deliver({ target }: InvalidationEvent): void {
  const arrivedNs = process.hrtime.bigint();
  latenciesUs.push(Number(arrivedNs - BigInt(target.key.split('/')[1] ?? 0)) / 1000);
}

async function start(config: MemberConfig): Promise<string> {
  member = new MeshMember(config, deliver);
  return member.start();
}

async function connect(addresses: readonly string[]): Promise<void> {
  member.introduce(addresses);
  await member.connected(addresses.length - 1);
}

export interface Publishing {
  readonly count: number;
  readonly everyMs: number;
}

async function publish({ count, everyMs }: Publishing): Promise<void> {
  for (let at = 0; at < count; at++) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    void member.publish(`sent/${process.hrtime.bigint()}/`.padEnd(KEY_BYTES, 'x'));
  }
}

/** Waits for so many events. @returns the latency of each, and forgets them */
async function received(count: number): Promise<number[]> {
  await until(`${count} events`, () => latenciesUs.length === count, WAIT_MS);
  const latencies = latenciesUs;
  latenciesUs = [];
  return latencies;
}

function counters(): Readonly<Record<string, number>> {
  return member.counters();
}

/** @returns what is in use once all garbage was collected */
function liveMiB(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

serve({ start, connect, publish, received, counters, liveMiB });
