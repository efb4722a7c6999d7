/** Several processes keep their caches coherent: `npm start`, or `npm run demo -- --help`. */
import { Demonstration } from './demonstration.ts';
import { showProgress, wrap } from './display.ts';
import { type DemoOptions, HELP, parseOptions } from './options.ts';
import { failures, jsonOf, summarize } from './summary.ts';

const INTERRUPTED = 130;
const COLUMNS = 100;

const parsed = parseOptions(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'invalid':
    console.error(parsed.message);
    process.exitCode = 2;
    break;
  case 'run':
    process.exitCode = await demonstrate(parsed.options);
    break;
}

/** @returns the exit code */
async function demonstrate(options: DemoOptions): Promise<number> {
  const demonstration = new Demonstration(options);
  const interrupted = new Error('interrupted');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => demonstration.abort(interrupted));
  const stopShowing = showProgress(() => demonstration.progress(), options.seconds);
  try {
    const outcome = await demonstration.run();
    stopShowing();
    const summary = wrap(summarize(outcome, options), process.stderr.columns ?? COLUMNS);
    (options.json ? console.error : console.log)(`\n${summary}`);
    if (options.json) console.log(jsonOf(outcome, options));
    return failures(outcome, options).length === 0 ? 0 : 1;
  } catch (error) {
    stopShowing();
    console.error(error instanceof Error ? error.message : error);
    return error === interrupted ? INTERRUPTED : 1;
  } finally {
    await demonstration.close();
    if (options.keep) console.error(`kept ${demonstration.directory}`);
  }
}
