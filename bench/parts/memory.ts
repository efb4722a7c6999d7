/**
 * Resident memory of a node with four peers, above that of a Node which does nothing. Both run plain
 * JavaScript: stripping types would load a compiler into them that a service does not have.
 */
import type { PartOptions } from '../part.ts';
import { residentMiB } from '../resident-memory.ts';
import { atMost, context, type Row } from '../row.ts';
import { median, worst } from '../statistics.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';
import { pause } from '../time.ts';
import { WorkerProcess, WorkerProcesses } from '../worker-process.ts';

const NODES = 5;
const RUNS = 3;
const ABOVE_BARE_MIB_MAX = 95;

export async function run({ quick, progress }: PartOptions): Promise<Row[]> {
  const idleMs = quick ? 5_000 : 30_000;
  const runs: { readonly node: number; readonly bare: number }[] = [];
  const all: number[] = [];
  for (let at = 1; at <= RUNS; at++) {
    progress(`run ${at} of ${RUNS}`);
    const { nodes, bare } = await measure(idleMs);
    runs.push({ node: median(nodes) ?? Number.NaN, bare });
    all.push(...nodes);
  }
  const node = median(runs.map((one) => one.node)) ?? Number.NaN;
  const bare = median(runs.map((one) => one.bare)) ?? Number.NaN;
  return [
    atMost('a node above a bare Node', node - bare, 'MiB', ABOVE_BARE_MIB_MAX),
    context('a node with 4 peers', node, 'MiB'),
    context('the largest node of all runs', worst(all), 'MiB'),
    context('a bare Node', bare, 'MiB'),
  ];
}

/** @returns the resident memory of each node and of the bare Node, each after the same idle time */
async function measure(idleMs: number): Promise<{ nodes: number[]; bare: number }> {
  using directory = new TemporaryDirectory();
  await using nodes = new WorkerProcesses('memory-node.mjs', NODES);
  const database = `${directory.path}/shared.db`;
  await nodes.call('start', (index) => ({ node: `node-${index + 1}`, database, peers: NODES - 1 }));
  await using bare = new WorkerProcess('memory-bare.mjs');
  await bare.call('start');
  await pause(idleMs);
  return {
    nodes: nodes.all.map(({ pid }) => residentMiB(pid)),
    bare: residentMiB(bare.pid),
  };
}
