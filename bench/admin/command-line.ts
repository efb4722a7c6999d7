/** What the command line takes from its start to its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PartOptions } from '../part.ts';
import { atMost, context, type Row } from '../row.ts';
import { median, worst } from '../statistics.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';
import { WorkerProcess } from '../worker-process.ts';

const MEMBERS_MS_MAX = 150;
const WARM_RUNS = 2;

const command = fileURLToPath(import.meta.resolve('../../packages/hearsay/bin/hearsay.js'));

export async function measureCommandLine({ quick }: PartOptions): Promise<Row[]> {
  using directory = new TemporaryDirectory();
  await using node = new WorkerProcess('admin-node.ts');
  const database = `${directory.path}/bench.db`;
  const url = await node.call<string>('start', { node: 'node', database, isWatched: true });
  const times: number[] = [];
  for (let run = -WARM_RUNS; run < (quick ? 5 : 20); run++) {
    const startMs = performance.now();
    await members(url);
    if (run >= 0) times.push(performance.now() - startMs);
  }
  return [
    atMost('`hearsay members`, the whole process, median', median(times), 'ms', MEMBERS_MS_MAX),
    context('`hearsay members`, the whole process, worst', worst(times), 'ms'),
  ];
}

async function members(url: string): Promise<void> {
  const child = spawn(process.execPath, [command, 'members', '--url', url], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`hearsay members ended with ${code}`);
}
