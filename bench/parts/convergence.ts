/** The demonstration itself is the load: five processes, one killed, one cut off. Its worst seed counts. */
import { join } from 'node:path';
import type { PartOptions } from '../part.ts';
import { atLeast, atMost, context, type Row } from '../row.ts';
import { runScript } from '../run-script.ts';
import { worst } from '../statistics.ts';

const NODES = 5;
const DEMO = join(import.meta.dirname, '../../test/demo/main.ts');

/** The demonstration's last line, as far as it is read here. `null`: it never happened. */
interface DemoResult {
  readonly seconds: number;
  readonly writes: number;
  readonly reads: number;
  readonly violations: number;
  readonly lost: number;
  readonly convergenceMs: Record<'p50' | 'p99' | 'max', number | null>;
  readonly isolated: {
    readonly detectMs: number | null;
    readonly catchUpMs: Record<'p50' | 'p99', number | null>;
  };
  readonly restart: { readonly coherentAfterMs: number | null };
}

interface Figure {
  readonly name: string;
  readonly unit: string;
  /** The most that it may be; `null` for context. */
  readonly limit: number | null;
  readonly of: (result: DemoResult) => number | null;
}

const FIGURES: readonly Figure[] = [
  { name: 'violations', unit: '', limit: 0, of: (r) => r.violations },
  { name: 'lost writes', unit: '', limit: 0, of: (r) => r.lost },
  { name: 'convergence, p50', unit: 'ms', limit: 5, of: (r) => r.convergenceMs.p50 },
  { name: 'convergence, p99', unit: 'ms', limit: 50, of: (r) => r.convergenceMs.p99 },
  { name: 'convergence, max', unit: 'ms', limit: null, of: (r) => r.convergenceMs.max },
  { name: 'isolation noticed', unit: 'ms', limit: 3_000, of: (r) => r.isolated.detectMs },
  { name: 'catch-up cut off, p50', unit: 'ms', limit: null, of: (r) => r.isolated.catchUpMs.p50 },
  { name: 'catch-up cut off, p99', unit: 'ms', limit: 1_500, of: (r) => r.isolated.catchUpMs.p99 },
  { name: 'restart to coherent', unit: 'ms', limit: null, of: (r) => r.restart.coherentAfterMs },
];

export async function run({ quick, seeds, progress }: PartOptions): Promise<Row[]> {
  const results: DemoResult[] = [];
  for (const seed of seeds) {
    progress(`the demonstration with seed ${seed}`);
    results.push(await demonstrate(seed, quick ? 20 : 60));
  }
  const writes = results.map((result) => result.writes / result.seconds);
  const reads = results.map((result) => result.reads / result.seconds);
  return [
    ...FIGURES.map((figure) => rowOf(figure, results)),
    atLeast('writes a second', Math.min(...writes), '/s', 200),
    atLeast('reads a second', Math.min(...reads), '/s', 5_000),
  ];
}

/** What never happened in one run is worse than any figure of the others. */
function rowOf({ name, unit, limit, of }: Figure, results: readonly DemoResult[]): Row {
  const values = results.map(of).filter((value) => value !== null);
  const value = values.length === results.length ? worst(values) : null;
  return limit === null ? context(name, value, unit) : atMost(name, value, unit, limit);
}

async function demonstrate(seed: number, seconds: number): Promise<DemoResult> {
  const args = ['--nodes', NODES, '--seconds', seconds, '--seed', seed, '--json'].map(String);
  const { code, lines } = await runScript(DEMO, args, 'inherit');
  const last = lines.at(-1) ?? '';
  if (!last.startsWith('{'))
    throw new Error(`the demonstration with seed ${seed} ended (${code}) without a result`);
  return JSON.parse(last);
}
