/** One member of a full mesh. One of them publishes; the others note how long each event took. */
import type { InvalidationEvent } from '@hearsay/spi';
import { type MemberConfig, MeshMember } from '../mesh-member.ts';
import { until } from '../time.ts';
import { serve } from '../worker.ts';

const EVERY_MS = 3;
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

async function publish(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
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

serve({ start, connect, publish, received });
