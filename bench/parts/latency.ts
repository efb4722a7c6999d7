/** One process publishes a 96-byte event every 3 ms; the time until the handler of each other one runs. */
import type { PartOptions } from '../part.ts';
import { context, type Row } from '../row.ts';
import { percentile } from '../statistics.ts';
import { WorkerProcesses } from '../worker-process.ts';

const WARM_EVENTS = 500;
const EVERY_MS = 3;

export async function run({ quick, progress }: PartOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const processes of [3, 8])
    for (const medium of ['direct', 'gossipsub'] as const) {
      progress(`${processes} processes, ${medium}`);
      const latenciesUs = await measure(processes, medium, quick ? 1_000 : 6_000);
      const name = `${processes} processes, ${medium}`;
      rows.push(
        context(`${name}, p50`, percentile(latenciesUs, 0.5), 'µs'),
        context(`${name}, p99`, percentile(latenciesUs, 0.99), 'µs'),
      );
    }
  return rows;
}

async function measure(
  processes: number,
  medium: 'direct' | 'gossipsub',
  events: number,
): Promise<number[]> {
  await using members = new WorkerProcesses('latency-member.ts', processes);
  const addresses = await members.call<string>('start', (index) => ({
    node: `node-${index + 1}`,
    medium,
  }));
  await members.call('connect', () => addresses);
  await publish(members, WARM_EVENTS);
  // Awaited here, for the processes end with this scope.
  return await publish(members, events);
}

/** @returns every event's latency at every other process */
async function publish(members: WorkerProcesses, events: number): Promise<number[]> {
  const [publisher, ...others] = members.all;
  await publisher?.call('publish', { count: events, everyMs: EVERY_MS });
  const latencies = await Promise.all(
    others.map((other) => other.call<number[]>('received', events)),
  );
  return latencies.flat();
}
