/** Feeds the decoders what nobody would send: `npm run fuzz -- --help`. */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fuzz } from './fuzzer.ts';
import { TARGETS } from './targets.ts';

const HELP = `Feeds the decoders changed copies of valid input, guided by the code that each one reaches.

  npm run fuzz -- [options]
  npm run fuzz -- log [options]   the version log instead, see log --help

  --seconds <1-86400>    all targets together                  (default 60)
  --target <name>        ${['all', ...Object.keys(TARGETS)].join(', ')}   (default all)
  --seed <0-4294967295>  makes the same inputs again           (default: a random one)
  --input <hex>          tries this one input on the target and ends
  --json                 print one JSON object as the last line of stdout
  --help

Exit code 0: nothing found. 1: an input was found that breaks a target. 2: an option is wrong.`;

const HANG_MS = 10_000;
const GROWTH_BYTES_MAX = 32 * 1_048_576;
const HEAP_MIB_MAX = 512;
const INPUT_BYTES_MAX = 16_384;

interface Job {
  readonly target: string;
  readonly seed: number;
  readonly durationMs: number;
  /** [inputs tried, bytes of the one under way], then that input: what a hang leaves behind. */
  readonly shared: SharedArrayBuffer;
}

interface Outcome {
  readonly executions: number;
  readonly blocks: number;
  readonly corpus: number;
  readonly growthBytes: number;
  readonly finding?: { readonly hex: string; readonly error: string };
}

interface Options {
  readonly targets: readonly string[];
  readonly seconds: number;
  readonly seed: number;
  readonly input: string | undefined;
  readonly json: boolean;
}

if (isMainThread) process.exitCode = await main(process.argv.slice(2));
else parentPort?.postMessage(work(workerData as Job));

/** @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'log') return (await import('./log/main.ts')).main(argv.slice(1));
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
  return options.input === undefined ? fuzzAll(options) : tryOne(options.targets, options.input);
}

async function fuzzAll({ targets, seconds, seed, json }: Options): Promise<number> {
  const outcomes: Record<string, Outcome & { readonly executionsPerSecond: number }> = {};
  for (const target of targets) {
    const durationMs = (seconds * 1_000) / targets.length;
    const startMs = performance.now();
    const outcome = await watch({ target, seed, durationMs, shared: sharedInput() });
    const executionsPerSecond = Math.round(
      (outcome.executions * 1_000) / (performance.now() - startMs),
    );
    outcomes[target] = { ...outcome, executionsPerSecond };
    const { executions, blocks, corpus, finding } = outcome;
    console.log(
      `${target}: ${executions} inputs, ${executionsPerSecond}/s, ${blocks} blocks reached, ${corpus} inputs kept`,
    );
    if (finding)
      console.log(
        `FOUND ${finding.error}\n  replay: npm run fuzz -- --target ${target} --input ${finding.hex || '""'}\n  or all: npm run fuzz -- --target ${target} --seed ${seed}`,
      );
  }
  const isOk = Object.values(outcomes).every(({ finding }) => finding === undefined);
  if (json) console.log(JSON.stringify({ ok: isOk, seed, targets: outcomes }));
  return isOk ? 0 : 1;
}

function tryOne(targets: readonly string[], hex: string): number {
  for (const target of targets) {
    try {
      TARGETS[target]?.run(Uint8Array.from(Buffer.from(hex, 'hex')));
      console.log(`${target}: fine`);
    } catch (error) {
      console.log(`${target}: FOUND`, error);
      return 1;
    }
  }
  return 0;
}

/** Runs a job on a thread of its own, which alone can be ended when it hangs. */
function watch(job: Job): Promise<Outcome> {
  const counters = new Int32Array(job.shared, 0, 2);
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
    });
    let tried = -1;
    const end = (outcome: Outcome) => {
      clearInterval(timer);
      void worker.terminate();
      resolve(outcome);
    };
    const broken = (error: string) => {
      const hex = Buffer.from(job.shared, 8, counters[1] ?? 0).toString('hex');
      const executions = counters[0] ?? 0;
      end({ executions, blocks: 0, corpus: 0, growthBytes: 0, finding: { hex, error } });
    };
    const timer = setInterval(() => {
      if (counters[0] === tried) broken(`no answer within ${HANG_MS} ms`);
      tried = counters[0] ?? 0;
    }, HANG_MS);
    worker.on('message', end);
    worker.on('error', (error: Error) => broken(error.message));
  });
}

function work({ target: name, seed, durationMs, shared }: Job): Outcome {
  const target = TARGETS[name];
  if (!target) throw new Error(`no target ${name}`);
  const counters = new Int32Array(shared, 0, 2);
  const current = new Uint8Array(shared, 8);
  const endMs = performance.now() + durationMs;
  const warmMs = performance.now() + durationMs / 4;
  let warmBytes: number | undefined;
  const { finding, ...result } = fuzz({
    target,
    seed,
    goesOn: () => {
      const nowMs = performance.now();
      if (nowMs >= warmMs) warmBytes ??= heldBytes();
      return nowMs < endMs;
    },
    onInput: (input) => {
      current.set(input);
      counters[1] = input.byteLength;
      counters[0] = (counters[0] ?? 0) + 1;
    },
  });
  const growthBytes = Math.max(0, heldBytes() - (warmBytes ?? Number.POSITIVE_INFINITY));
  const grew = growthBytes > GROWTH_BYTES_MAX ? `held memory grew by ${growthBytes} bytes` : '';
  if (!finding && !grew) return { ...result, growthBytes };
  const hex = Buffer.from(finding?.input ?? []).toString('hex');
  const error = finding ? String((finding.error as Error)?.stack ?? finding.error) : grew;
  return { ...result, growthBytes, finding: { hex, error } };
}

function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function sharedInput(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 + INPUT_BYTES_MAX);
}

/** @returns `undefined` where help is asked for. @throws {Error} an option is wrong */
function optionsOf(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: 'string', default: '60' },
      target: { type: 'string', default: 'all' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      input: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const names = Object.keys(TARGETS);
  if (values.target !== 'all' && !names.includes(values.target))
    throw new Error(`--target is "${values.target}": use all, ${names.join(', ')}`);
  if (values.input !== undefined && !/^([0-9a-fA-F]{2})*$/.test(values.input))
    throw new Error('--input is not an even number of hex digits');
  return {
    targets: values.target === 'all' ? names : [values.target],
    seconds: integer('--seconds', values.seconds, 1, 86_400),
    seed: integer('--seed', values.seed, 0, 2 ** 32 - 1),
    input: values.input,
    json: values.json,
  };
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${name} is "${text}": use a whole number from ${min} to ${max}`);
}
