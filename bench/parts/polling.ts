/**
 * How often the database is read when members share their polls: 100 simulated nodes, and 20 real ones
 * over SQLite and over PostgreSQL, with bounds of 1 s that are read all the time.
 */
import type { HearsayOptions } from '@hearsay/embed';
import { POSTGRES, postgresSchema } from '../../test/databases/postgres.ts';
import { PollingCluster } from '../../test/polling/simulated-cluster.ts';
import type { PartOptions } from '../part.ts';
import { PollingNodes } from '../polling/polling-nodes.ts';
import { atMost, context, type Row } from '../row.ts';
import { worst } from '../statistics.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';

const POLLS_PER_SECOND_MAX = 5;
const BOUND_MS = 1_000;
const SIMULATED_NODES = 100;
const REAL_NODES = 20;
const WARM_S = 10;

type Log = NonNullable<HearsayOptions['log']>;

export async function run({ quick, progress }: PartOptions): Promise<Row[]> {
  progress('simulated');
  const rows = simulated(quick ? 20 : 120);
  const seconds = quick ? 10 : 60;
  {
    using directory = new TemporaryDirectory();
    const log = (name: string): Log => ({ sqlite: `${directory.path}/${name}.db` });
    progress('SQLite');
    rows.push(...(await measured('SQLite', log('shared'), true, seconds)));
    progress('SQLite, each for itself');
    rows.push(...(await measured('SQLite', log('alone'), false, 10)));
  }
  if ('missing' in POSTGRES) return rows;
  progress('PostgreSQL');
  const { url, schema, drop } = await postgresSchema(POSTGRES.url);
  const postgres = { connectionString: url, schema };
  try {
    rows.push(...(await measured('PostgreSQL', { postgres }, true, seconds)));
  } finally {
    await drop();
  }
  return rows;
}

function simulated(seconds: number): Row[] {
  const polls = (bounds: Record<string, number>, shareMembersMin = 5): number[] => {
    const cluster = new PollingCluster({
      nodes: SIMULATED_NODES,
      seed: 1,
      bounds,
      commitsPerSecond: 50,
      options: { shareMembersMin },
    });
    cluster.clock.advance(WARM_S * 1_000);
    return cluster.pollsPerSecond(seconds);
  };
  const of = `${SIMULATED_NODES} nodes, simulated`;
  const bounded = polls({ item: BOUND_MS });
  const eventual = polls({ item: Infinity });
  const alone = polls({ item: BOUND_MS }, SIMULATED_NODES + 1);
  return [
    atMost(`${of}: polls in the busiest second`, worst(bounded), '/s', POLLS_PER_SECOND_MAX),
    context(`${of}: polls a second`, mean(bounded), '/s'),
    atMost(`${of}, eventual: busiest second`, worst(eventual), '/s', POLLS_PER_SECOND_MAX),
    context(`${of}, each for itself: polls a second`, mean(alone), '/s'),
  ];
}

async function measured(on: string, log: Log, share: boolean, seconds: number): Promise<Row[]> {
  await using nodes = await PollingNodes.start(REAL_NODES, log, share);
  await nodes.seconds(WARM_S);
  const all = await nodes.seconds(seconds);
  const polls = all.map((one) => one.polls);
  const oldestMs = worst(all.map((one) => one.oldestMs));
  const of = `${REAL_NODES} nodes on ${on}`;
  if (!share) return [context(`${of}, each for itself: polls a second`, mean(polls), '/s')];
  return [
    atMost(`${of}: polls a second`, mean(polls), '/s', POLLS_PER_SECOND_MAX),
    context(`${of}: polls in the busiest second`, worst(polls), '/s'),
    context(`${of}: oldest proof at a read`, oldestMs, 'ms'),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
