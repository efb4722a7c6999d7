/** Simulated clusters through faults: `npm run sim -- --help`. */
import { run } from './cluster.ts';
import { MUTATIONS } from './mutations.ts';
import { planOf } from './plan.ts';
import { BranchCounter } from './runs/branches.ts';
import { mutate } from './runs/mutate.ts';
import { HELP, type Options, optionsOf } from './runs/options.ts';
import type { Outcome } from './runs/outcome.ts';
import { replayOf } from './runs/replay.ts';
import { reportOf, textOf } from './runs/report.ts';
import { shrink } from './runs/shrink.ts';
import { Threads } from './runs/threads.ts';
import { Totals } from './runs/totals.ts';

const SHOWN_MAX = 20;
/** Runs from one line of progress to the next, where it does not go to a terminal. */
const TOLD_EVERY = 100;
const PACKAGES = ['/packages/protocol/dist/', '/packages/cache/dist/'];

process.exitCode = await main(process.argv.slice(2));

/** @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'scale') {
    const scale = await import('../scale/main.ts');
    return scale.main(argv.slice(1));
  }
  let options: Options | undefined;
  try {
    options = optionsOf(argv);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message.split('\n')[0] : error} (see --help)`);
    return 2;
  }
  if (!options) {
    console.log(HELP);
    return 0;
  }
  if (options.replays) return replay(options);
  return options.mutations.length > 0 ? checkMutations(options) : simulate(options);
}

async function replay({
  first: seed,
  plan: planOptions,
  mutations,
  json,
}: Options): Promise<number> {
  const mutation = MUTATIONS.find(({ name }) => name === mutations[0]);
  const plan = planOf(seed, planOptions);
  console.error(`${plan.nodes} nodes, ${JSON.stringify(plan.profile)}`);
  const result = await run(plan, { mutation, trace: (line) => console.error(line) });
  for (const { broken, atMs, node, text } of result.violations.slice(0, SHOWN_MAX))
    console.error(`${broken} at ${atMs.toFixed(1)} ms: ${node} ${text}`);
  const totals = new Totals({ plan: planOptions, mutation: mutation?.name });
  totals.add({ ...result, seed });
  console.log(json ? JSON.stringify(totals.json()) : totals.text());
  return totals.violations === 0 ? 0 : 1;
}

async function simulate({ first, seeds, plan, jobs, report, json }: Options): Promise<number> {
  const counter = report ? new BranchCounter(PACKAGES) : undefined;
  const threads = new Threads(report ? 1 : Math.min(jobs, seeds));
  const totals = new Totals({ plan });
  const startMs = performance.now();
  const numbers = Array.from({ length: seeds }, (_, i) => first + i);
  let goesOn = true;
  // Ended early, it reports the runs that it has done.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      goesOn = false;
    });
  const done = (outcome: Outcome) => {
    totals.add(outcome);
    progress(totals, seeds, performance.now() - startMs);
    return goesOn;
  };
  await threads.each(
    numbers.map((seed) => ({ seed, plan })),
    done,
  );
  await threads.close();
  show('');
  if (totals.first) await showShrunk({ seed: totals.first.seed, plan });
  const reached = counter && reportOf(numbers, plan, totals, counter.take());
  if (json)
    console.log(JSON.stringify(reached ? { ...totals.json(), report: reached } : totals.json()));
  else console.log(reached ? `${textOf(reached)}\n\n${totals.text()}` : totals.text());
  return totals.violations === 0 ? 0 : 1;
}

async function showShrunk(failing: Parameters<typeof shrink>[0]): Promise<void> {
  const shrunk = await shrink(failing);
  if (!shrunk) return;
  const { task, outcome, runs } = shrunk;
  const { nodes, faults } = planOf(task.seed, task.plan);
  console.error(`shrunk in ${runs} runs to ${nodes} nodes and ${faults.length} faults:`);
  for (const { index, kind, atMs, forMs } of faults)
    console.error(`  #${index} ${kind} at ${atMs.toFixed(0)} ms for ${forMs.toFixed(0)} ms`);
  const [violation] = outcome.violations;
  if (violation) console.error(`  ${violation.broken}: ${violation.node} ${violation.text}`);
  console.error(`  ${replayOf(task)}`);
}

async function checkMutations({
  first,
  seeds,
  plan,
  mutations,
  jobs,
  json,
}: Options): Promise<number> {
  const found = await mutate(mutations, { first, seeds, plan, jobs }, (name) => show(name));
  show('');
  if (json) console.log(JSON.stringify({ mutations: found }));
  else
    for (const { name, caught, seed } of found)
      console.log(`${name}: ${caught ? `caught by seed ${seed}` : `NOT caught in ${seeds} seeds`}`);
  return found.every(({ caught }) => caught) ? 0 : 1;
}

function progress({ runs, violations }: Totals, seeds: number, spentMs: number): void {
  const leftS = Math.round((spentMs / runs / 1_000) * (seeds - runs));
  const text = `${runs} of ${seeds} runs, ${violations} violations, ${leftS} s left`;
  if (!process.stderr.isTTY && runs % TOLD_EVERY === 0) console.error(text);
  show(text);
}

/** On a terminal, in place of the line before. */
function show(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}
