/** Measures speed and memory: `npm run bench -- --help`. */

import { runAllParts } from './all-parts.ts';
import { type BenchOptions, HELP, PART_LIST, parseOptions } from './options.ts';
import { loadPart, type PartName } from './part.ts';
import { Progress } from './progress.ts';
import { renderRows } from './table.ts';

const INTERRUPTED = 130;

// Ends the children too: each exits with the channel to this process, or is ended on exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => process.exit(INTERRUPTED));

const parsed = parseOptions(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'invalid':
    console.error(parsed.message);
    process.exitCode = 2;
    break;
  case 'run': {
    const { options } = parsed;
    process.exitCode = options.part ? await runOne(options.part, options) : await runAll(options);
    break;
  }
}

/** @returns the exit code */
async function runOne(part: PartName, options: BenchOptions): Promise<number> {
  const progress = new Progress(part);
  try {
    const run = await loadPart(part);
    const { quick, seeds } = options;
    const rows = await run({ quick, seeds, progress: progress.show });
    progress.end();
    console.log(renderRows(part, rows));
    if (options.json) console.log(JSON.stringify({ part, rows }));
    return rows.every((row) => row.ok) ? 0 : 1;
  } catch (error) {
    progress.end();
    console.error(`${part}: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

/** @returns the exit code */
async function runAll(options: BenchOptions): Promise<number> {
  console.log(`All parts, one after the other:\n${PART_LIST}`);
  const { rows, failed } = await runAllParts(options);
  if (options.json) console.log(JSON.stringify({ part: 'all', rows }));
  if (failed.length > 0) console.error(`not ok: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}
