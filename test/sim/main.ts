/** Whole clusters of the production machines in simulated time: `npm run sim -- --help`. */
import { parseArgs } from 'node:util';
import { type RunResult, SimulatedCluster } from './cluster.ts';
import { MESH_MUTATIONS, MUTATIONS, type Mutation } from './mutations.ts';
import { Totals } from './totals.ts';

const HELP = `npm run sim -- [--nodes 5] [--seeds 100 | --seed N] [--faults 12] [--without-log] [--mutate NAME|all] [--json]
  --seed N      replays one seed and prints its faults and violations
  --without-log a cluster that rests on gossip and repair alone
  --mutate      switches a mechanism off; the oracle must notice: ${MUTATIONS.join(', ')}`;
const SHOWN_MAX = 10;

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '5' },
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    faults: { type: 'string', default: '12' },
    mutate: { type: 'string' },
    'without-log': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function whole(name: 'nodes' | 'seeds' | 'seed' | 'faults', min: number, max: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  console.error(`--${name} ${values[name]} is not valid: use ${min} to ${max}`);
  process.exit(2);
}

function mutationsOf(name: string): readonly Mutation[] {
  const wanted = name === 'all' ? MUTATIONS : MUTATIONS.filter((one) => one === name);
  if (wanted.length > 0) return wanted;
  console.error(`--mutate ${name} is unknown: use all, ${MUTATIONS.join(', ')}`);
  process.exit(2);
}

if (values.help) console.log(HELP);
else if (values.mutate !== undefined) process.exitCode = mutate(mutationsOf(values.mutate));
else process.exitCode = simulate();

function simulate(): number {
  const nodes = whole('nodes', 2, 200);
  const faults = whole('faults', 0, 200);
  const logged = !values['without-log'];
  const replay = values.seed !== undefined;
  const first = replay ? whole('seed', 0, 2 ** 31) : 1;
  const seeds = replay ? 1 : whole('seeds', 1, 1_000_000);
  const totals = new Totals();
  for (let seed = first; seed < first + seeds; seed++) {
    const result = new SimulatedCluster({ nodes, seed, faults, logged }).run();
    totals.add(seed, result);
    if (replay) show(result);
    else progress(`${seed} of ${seeds}, ${totals.violations} violations`);
  }
  progress('');
  console.log(values.json ? JSON.stringify(totals.json(nodes)) : totals.text(nodes));
  return totals.violations === 0 ? 0 : 1;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

function show({ trace, oracle }: RunResult): void {
  for (const line of trace) console.error(line);
  for (const { invariant, text } of oracle.violations.slice(0, SHOWN_MAX))
    console.error(`${invariant}: ${text}`);
}

function mutate(mutations: readonly Mutation[]): number {
  const nodes = whole('nodes', 2, 200);
  const faults = whole('faults', 0, 200);
  const seeds = whole('seeds', 1, 1_000_000);
  const found = mutations.map((mutation) => {
    for (let seed = 1; seed <= seeds; seed++) {
      const logged = !MESH_MUTATIONS.includes(mutation);
      const { oracle } = new SimulatedCluster({ nodes, seed, faults, logged, mutation }).run();
      if (oracle.violations.length > 0) return { name: mutation, caught: true, seed };
    }
    return { name: mutation, caught: false, seed: null };
  });
  if (values.json) console.log(JSON.stringify({ mutations: found }));
  else
    for (const { name, caught, seed } of found)
      console.log(`${name}: ${caught ? `caught by seed ${seed}` : 'NOT caught'}`);
  return found.every(({ caught }) => caught) ? 0 : 1;
}
