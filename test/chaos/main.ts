/** Real nodes through real faults, every read checked: `npm run chaos -- --help`. */
import { hostsAvailable } from '../hosts/hosts-available.ts';
import { ChaosRun } from './chaos-run.ts';
import { FaultRecord } from './fault-record.ts';
import { type ChaosOptions, HELP, parseOptions } from './options.ts';
import { postgresLacks } from './postgres-server.ts';
import { ProgressDisplay } from './progress.ts';
import { hasFailed, jsonOf, summarize } from './summary.ts';

const CANNOT = 2;
const INTERRUPTED = 130;

const parsed = parseOptions(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'invalid':
    console.error(parsed.message);
    process.exitCode = CANNOT;
    break;
  case 'run':
    process.exitCode = await play(parsed.options);
    break;
}

/** @returns what this machine lacks for it, if anything */
function lackOf({ database }: ChaosOptions): string | undefined {
  const hosts = hostsAvailable();
  if (!hosts.available) return hosts.reason;
  return database === 'postgres' ? postgresLacks() : undefined;
}

/** @returns the exit code */
async function play(options: ChaosOptions): Promise<number> {
  const lack = lackOf(options);
  if (lack !== undefined) {
    console.error(`chaos cannot run on this machine: ${lack}`);
    return CANNOT;
  }
  const display = new ProgressDisplay();
  const run = new ChaosRun(options, new FaultRecord((line) => display.line(line)));
  const interrupted = new Error('interrupted');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => run.abort(interrupted));
  display.begin(() => run.progress());
  let keep = options.keep;
  try {
    const outcome = await run.run();
    display.end();
    keep ||= hasFailed(outcome) && !options.sabotage;
    (options.json ? console.error : console.log)(summarize(outcome, options));
    if (options.json) console.log(jsonOf(outcome, options));
    return hasFailed(outcome) ? 1 : 0;
  } catch (error) {
    display.end();
    console.error(error instanceof Error ? error.message : error);
    return error === interrupted ? INTERRUPTED : 1;
  } finally {
    await run.close(keep);
    if (keep) console.error(`kept ${run.directory}`);
  }
}
