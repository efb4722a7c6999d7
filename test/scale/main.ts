/** How events spread in large clusters, by a model: `npm run sim -- scale --help`. */
import {
  type ConvergenceCase,
  type ConvergenceRow,
  convergence,
  defaultRuns,
} from './convergence.ts';
import { writeDocument } from './document.ts';
import { measure } from './measure.ts';
import { HELP, parseCommand, type ScaleOptions } from './options.ts';
import { readResults, writeResults } from './results.ts';
import { study } from './study.ts';
import { rowsAsText } from './tables.ts';

/** @returns the exit code: 0, or 1 where some event never reached some node, or 2 for an invalid argument */
export async function main(argv: readonly string[]): Promise<number> {
  const command = parseCommand(argv);
  switch (command.kind) {
    case 'help':
      console.log(HELP);
      return 0;
    case 'invalid':
      console.error(command.message);
      return 2;
    case 'write':
      return write();
    case 'measure':
      return measureAndWrite();
    case 'run':
      return run(command);
  }
}

function run(options: ScaleOptions): number {
  const rows: ConvergenceRow[] = [];
  for (const one of casesOf(options)) {
    const runs = options.runs ?? defaultRuns(one.nodes);
    const name = `${one.nodes} nodes, ${one.medium}, loss ${one.loss}`;
    rows.push(convergence(one, runs, options.seed, (at) => progress(`${name}: ${at} of ${runs}`)));
  }
  progress('');
  console.log(rowsAsText(rows));
  if (options.json) console.log(JSON.stringify({ part: 'scale', rows }));
  return rows.every(({ undelivered }) => undelivered === 0) ? 0 : 1;
}

function casesOf(options: ScaleOptions): ConvergenceCase[] {
  const { linkMs, links, sendUs, settings } = options;
  return options.nodes.flatMap((nodes) =>
    options.media.flatMap((medium) =>
      options.losses.map((loss) => ({ nodes, medium, loss, linkMs, links, sendUs, settings })),
    ),
  );
}

function write(): number {
  const { measured } = readResults();
  const results = { ...study(progress), measured };
  progress('');
  writeResults(results);
  writeDocument(results);
  return 0;
}

async function measureAndWrite(): Promise<number> {
  const results = { ...readResults(), measured: await measure(progress) };
  progress('');
  writeResults(results);
  writeDocument(results);
  return 0;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
