import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { MUTATIONS } from '../mutations.ts';
import type { PlanOptions } from '../plan.ts';
import type { Kept, Logging } from '../profile.ts';
import { RECIPES, type RecipeName } from '../recipes.ts';

export const HELP = `Runs simulated clusters through faults, judged by an oracle.

  npm run sim -- [options]
  npm run sim -- scale [options]       messages, bytes and times of large clusters

  --seeds <1-1000000>    how many runs                       (default 100)
  --first <0-4294967295> the first seed                      (default 1)
  --seed <0-4294967295>  this one run, with its trace
  --nodes <2-200>        members at the start                (default 5 to 20, by seed)
  --log <all|none|mixed> who follows a version log           (default by seed)
  --scopes <promise>     all scopes eventual, bounded or strict (default by seed)
  --recipe <name>        ${Object.keys(RECIPES).join(', ')}: this again and again
  --loss <0-50>          percent of frames lost all the time (default 0 to 5, by seed)
  --seconds <6-3600>     simulated, for each run             (default 60)
  --jobs <1-64>          threads                             (default one a processor)
  --keep <i,j,…>         of the schedule only these faults   (as a shrunk failure prints them)
  --faults-end <ms>      faults end by then
  --mutate <all|name,…>  switches mechanisms off; the oracle must notice each
                         ${MUTATIONS.map(({ name }) => name).join(', ')}
  --report               what was reached, by fault and by branch of the code; one thread
  --json                 print one JSON object as the last line of stdout
  --help

With --seed, --mutate takes one name. Exit code 0: no violation (every mutation caught). 1: one was
found (one was not caught). 2: an option is wrong.`;

export interface Options {
  readonly seeds: number;
  readonly first: number;
  readonly replays: boolean;
  readonly plan: PlanOptions;
  readonly jobs: number;
  readonly mutations: readonly string[];
  readonly report: boolean;
  readonly json: boolean;
}

const SEED_MAX = 2 ** 32 - 1;
const KEPT: readonly string[] = ['eventual', 'bounded', 'strict'] satisfies Kept[];
const LOGGING: readonly string[] = ['all', 'none', 'mixed'] satisfies Logging[];

/** @returns `undefined` where help is asked for. @throws {Error} an option is wrong */
export function optionsOf(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string' },
      first: { type: 'string', default: '1' },
      seed: { type: 'string' },
      nodes: { type: 'string' },
      log: { type: 'string' },
      scopes: { type: 'string' },
      recipe: { type: 'string' },
      loss: { type: 'string' },
      seconds: { type: 'string' },
      jobs: { type: 'string', default: String(Math.min(64, availableParallelism())) },
      keep: { type: 'string' },
      'faults-end': { type: 'string' },
      mutate: { type: 'string' },
      report: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const lossPercent = optional('--loss', values.loss, 0, 50);
  const replays = values.seed !== undefined;
  const mutations = values.mutate === undefined ? [] : mutationsOf(values.mutate);
  if (replays && mutations.length > 1) throw new Error('--seed with --mutate takes one name');
  return {
    seeds: replays ? 1 : whole('--seeds', values.seeds ?? '100', 1, 1_000_000),
    first: whole(replays ? '--seed' : '--first', values.seed ?? values.first, 0, SEED_MAX),
    replays,
    plan: {
      nodes: optional('--nodes', values.nodes, 2, 200),
      logging: oneOf('--log', values.log, LOGGING) as Logging | undefined,
      kept: oneOf('--scopes', values.scopes, KEPT) as Kept | undefined,
      recipe: oneOf('--recipe', values.recipe, Object.keys(RECIPES)) as RecipeName | undefined,
      lossRate: lossPercent === undefined ? undefined : lossPercent / 100,
      seconds: optional('--seconds', values.seconds, 6, 3_600),
      keep: values.keep === undefined ? undefined : indexesOf(values.keep),
      faultsEndMs: optional('--faults-end', values['faults-end'], 0, 3_600_000),
    },
    jobs: whole('--jobs', values.jobs, 1, 64),
    mutations,
    report: values.report,
    json: values.json,
  };
}

function mutationsOf(text: string): readonly string[] {
  const names = MUTATIONS.map(({ name }) => name);
  if (text === 'all') return names;
  const chosen = text.split(',');
  for (const name of chosen) oneOf('--mutate', name, ['all', ...names]);
  return chosen;
}

function oneOf(
  option: string,
  text: string | undefined,
  known: readonly string[],
): string | undefined {
  if (text === undefined || known.includes(text)) return text;
  throw new Error(`${option} is "${text}": use ${known.join(', ')}`);
}

/** An empty text keeps nothing. */
function indexesOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(',').map((one) => whole('--keep', one, 0, 100_000));
}

function optional(
  option: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  return text === undefined ? undefined : whole(option, text, min, max);
}

function whole(option: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${option} is "${text}": use a whole number from ${min} to ${max}`);
}
