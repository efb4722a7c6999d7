import { parseArgs } from 'node:util';
import { isPartName, PARTS, type PartName } from './part.ts';

export interface BenchOptions {
  /** `undefined`: all parts. */
  readonly part: PartName | undefined;
  readonly json: boolean;
  readonly quick: boolean;
  readonly seeds: readonly number[];
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: BenchOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly message: string };

const SEEDS_MAX = 16;

export const PART_LIST = Object.entries(PARTS)
  .map(([name, summary]) => `  ${name.padEnd(12)} ${summary}`)
  .join('\n');

export const HELP = `Measures speed and memory. Without a part all of them run, one after the other.

  npm run bench -- [part] [options]

${PART_LIST}

  --json           print one JSON object as the last line of stdout
  --quick          a short run: shows that it works, its figures are rough
  --seeds <1,2,3>  of part convergence: the worst of these seeds counts (default 1)
  --help

Exit code 0: every figure is within its limit. 1: one is not. 2: an argument is wrong. 130: interrupted.`;

/** @param argv what stands after the script's name */
export function parseOptions(argv: readonly string[]): ParsedOptions {
  try {
    const { values, positionals } = readArguments(argv);
    if (values.help) return { kind: 'help' };
    const part = partOf(positionals);
    if (values.seeds !== undefined && part !== undefined && part !== 'convergence')
      throw new RangeError(`--seeds means nothing to part ${part}: leave it out`);
    const { json, quick } = values;
    return { kind: 'run', options: { part, json, quick, seeds: seedsOf(values.seeds ?? '1') } };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', message: `${text.split('\n')[0]} (see --help)` };
  }
}

function readArguments(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      seeds: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

function partOf(positionals: readonly string[]): PartName | undefined {
  const [name, second] = positionals;
  if (second !== undefined)
    throw new RangeError(
      `${JSON.stringify(second)} is one too many: name one part, or none for all`,
    );
  if (name === undefined || isPartName(name)) return name;
  const known = Object.keys(PARTS).join(', ');
  throw new RangeError(`there is no part ${JSON.stringify(name)}: use ${known}`);
}

function seedsOf(text: string): number[] {
  const seeds = text
    .split(',')
    .map((one) => (/^[0-9]{1,10}$/.test(one) ? Number(one) : Number.NaN));
  if (seeds.length <= SEEDS_MAX && seeds.every((seed) => seed < 2 ** 32)) return seeds;
  throw new RangeError(
    `--seeds is ${JSON.stringify(text)}: use 1 to ${SEEDS_MAX} whole numbers below 4294967296, with commas`,
  );
}
