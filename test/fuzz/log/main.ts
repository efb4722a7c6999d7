/** Looks whether the version log loses anything: `npm run fuzz -- log --help`. */
import { HELP, type LogFuzzOptions, optionsOf } from './options.ts';
import { type DatabaseReport, isSound, textOf } from './report.ts';
import { LogRun } from './run.ts';
import { missing } from './stage/make.ts';
import type { DatabaseName } from './stage/stage.ts';

const INTERRUPTED = 130;
const REDRAW_MS = 500;

/** @param argv what stands after `log`. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  let options: LogFuzzOptions | undefined;
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
  const lacking = options.databases.filter((database) => missing(database) !== undefined);
  for (const database of lacking)
    console.error(`--database ${database} cannot run here: ${missing(database)}`);
  return lacking.length > 0 ? 2 : fuzz(options);
}

async function fuzz(options: LogFuzzOptions): Promise<number> {
  const reports: DatabaseReport[] = [];
  const interrupted = new Error('interrupted');
  let current: LogRun | undefined;
  const interrupt = () => current?.abort(interrupted);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    for (const database of options.databases) {
      current = new LogRun(database, options);
      const report = await watched(current, database, options.commits);
      console.log(textOf(report));
      reports.push(report);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return error === interrupted ? INTERRUPTED : 1;
  }
  const isOk = reports.every(isSound);
  if (!isOk) console.log(`again: npm run fuzz -- log --seed ${options.seed}`);
  if (options.json)
    console.log(JSON.stringify({ ok: isOk, seed: options.seed, databases: reports }));
  return isOk ? 0 : 1;
}

/** Shows on a terminal how far it is. */
async function watched(
  run: LogRun,
  database: DatabaseName,
  commits: number,
): Promise<DatabaseReport> {
  const { stderr } = process;
  const timer = setInterval(() => {
    if (stderr.isTTY) stderr.write(`\r\x1b[2K${database}: ${run.commits} of ${commits} commits`);
  }, REDRAW_MS);
  try {
    return await run.run();
  } finally {
    clearInterval(timer);
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  }
}
