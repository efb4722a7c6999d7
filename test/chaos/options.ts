import { parseArgs } from 'node:util';
import { type DatabaseKind, TROUBLES } from './service-database.ts';

export interface ChaosOptions {
  /** How long the load lasts, 0.1 … 60. */
  readonly minutes: number;
  /** 3 … 10. */
  readonly nodes: number;
  /** 0 … 2³²−1. */
  readonly seed: number;
  readonly database: DatabaseKind;
  /** There is a strict scope too, and most of the load is on it. */
  readonly strict: boolean;
  readonly json: boolean;
  /** The first node drops nothing, to see whether the observer notices. */
  readonly sabotage: boolean;
  /** Keeps the temporary directory with the database and the nodes' logs. */
  readonly keep: boolean;
}

type ParsedOptions =
  | { readonly kind: 'run'; readonly options: ChaosOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly message: string };

const DATABASES = Object.keys(TROUBLES) as DatabaseKind[];

export const HELP = `Real nodes, each on a host of its own, under load and through a random schedule of faults; an observer
outside of them checks every read. Needs Linux, root and iproute2.

  npm run chaos -- [options]

  --minutes <0.1-60>     how long the load lasts                       (default 10)
  --nodes <3-10>         processes, each on a host of its own          (default 5)
  --seed <0-4294967295>  the same seed makes the same schedule         (default 1)
  --database <sqlite|postgres>  the service's database                 (default sqlite)
  --strict               a strict scope too, and most of the load on it
  --sabotage             the first node drops nothing: must end in violations
  --keep                 keeps the temporary directory
  --json                 print one JSON object as the last line of stdout
  --help

Exit code 0: nothing violated, nothing lost. 1: something was. 2: an option is wrong, or this machine
cannot. 130: interrupted.`;

/** @param argv what stands after the script's name */
export function parseOptions(argv: readonly string[]): ParsedOptions {
  try {
    const values = readArguments(argv);
    if (values.help) return { kind: 'help' };
    const options: ChaosOptions = {
      minutes: number('--minutes', values.minutes, /^[0-9]{1,2}(\.[0-9]{1,3})?$/, 0.1, 60),
      nodes: number('--nodes', values.nodes, WHOLE, 3, 10),
      seed: number('--seed', values.seed, WHOLE, 0, 2 ** 32 - 1),
      database: databaseOf(values.database),
      strict: values.strict,
      json: values.json,
      sabotage: values.sabotage,
      keep: values.keep,
    };
    return { kind: 'run', options };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', message: `${text.split('\n')[0]} (see --help)` };
  }
}

const WHOLE = /^[0-9]{1,10}$/;

function readArguments(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: false,
    options: {
      minutes: { type: 'string', default: '10' },
      nodes: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      database: { type: 'string', default: 'sqlite' },
      strict: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      sabotage: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

function number(name: string, text: string, form: RegExp, min: number, max: number): number {
  const value = form.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const whole = form === WHOLE ? 'whole number' : 'number';
  throw new RangeError(`${name} is ${JSON.stringify(text)}: use a ${whole} from ${min} to ${max}`);
}

function databaseOf(text: string): DatabaseKind {
  const found = DATABASES.find((known) => known === text);
  if (found) return found;
  throw new RangeError(`--database is ${JSON.stringify(text)}: use ${DATABASES.join(' or ')}`);
}
