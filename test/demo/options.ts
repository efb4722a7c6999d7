import { parseArgs } from 'node:util';

/** What can be switched off to see whether the observer notices. */
type Without = 'nothing' | 'repair' | 'polling' | 'both';

export interface DemoOptions {
  /** 3 … 10: one is killed, one is cut off, and somebody must be left. */
  readonly nodes: number;
  /** How long the clients read and write, 8 … 600. */
  readonly seconds: number;
  /** 0 … 2³²−1. */
  readonly seed: number;
  readonly json: boolean;
  readonly without: Without;
  /** Keeps the temporary directory with the database and the services' logs. */
  readonly keep: boolean;
}

type ParsedOptions =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly message: string };

export const HELP = `Several processes keep their caches over one SQLite file coherent, while one is killed and one is cut off.

  npm start
  npm run demo -- [options]

  --nodes <3-10>       processes, each with a cache of its own        (default 5)
  --seconds <8-600>    how long clients read and write                (default 20)
  --seed <0-4294967295>  plays the same choices again                 (default 1)
  --json               print one JSON object as the last line of stdout
  --help

Exit code 0: nothing violated, nothing lost. 1: something was. 2: an option is wrong. 130: interrupted.`;

const WITHOUT: readonly string[] = ['nothing', 'repair', 'polling', 'both'] satisfies Without[];

/** @param argv what stands after the script's name */
export function parseOptions(argv: readonly string[]): ParsedOptions {
  try {
    const values = readArguments(argv);
    if (values.help) return { kind: 'help' };
    const options: DemoOptions = {
      nodes: integer('--nodes', values.nodes, 3, 10),
      seconds: integer('--seconds', values.seconds, 8, 600),
      seed: integer('--seed', values.seed, 0, 2 ** 32 - 1),
      json: values.json,
      without: withoutOf(values.without),
      keep: values.keep,
    };
    return { kind: 'run', options };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', message: `${text.split('\n')[0]} (see --help)` };
  }
}

function readArguments(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: false,
    options: {
      nodes: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      without: { type: 'string', default: 'nothing' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new RangeError(
    `${name} is ${JSON.stringify(text)}: use a whole number from ${min} to ${max}`,
  );
}

function withoutOf(text: string): Without {
  if (WITHOUT.includes(text)) return text as Without;
  throw new RangeError(`--without is ${JSON.stringify(text)}: use repair, polling or both`);
}
