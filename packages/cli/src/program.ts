import { createRequire } from 'node:module';
import { ADMIN_LIMITS } from '@hearsay/admin/client';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from './context.js';

/** What every command accepts. */
export interface GlobalOptions {
  readonly url?: string;
  readonly socket?: string;
  readonly token?: string;
  readonly timeout: number;
  readonly json: boolean;
}

/** Runs one command and keeps its exit code. */
export type Run = (
  options: GlobalOptions,
  command: (context: Context) => Promise<number>,
) => Promise<void>;

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const KEY_CHANGES = [
  ['add', 'hold one more key'],
  ['use', 'prove with this key from now on'],
  ['remove', 'hold it no more; links that were admitted by it end'],
] as const;
const STATES = ['alive', 'suspect', 'dead', 'left'] as const;

/** All commands; each loads its code when it is called, so that none waits for the others'. */
export function programOf(run: Run): Command {
  const program = new Command('hearsay')
    .description('Asks a node of the mesh what it believes, what it has applied, and why.')
    .version(version)
    .addOption(
      new Option('--url <url>', 'admin API of the node')
        .env('HEARSAY_ADMIN_URL')
        .default('http://127.0.0.1:7947'),
    )
    .addOption(new Option('--socket <path>', 'its Unix socket instead').env('HEARSAY_ADMIN_SOCKET'))
    .addOption(new Option('--token <token>', 'bearer token').env('HEARSAY_ADMIN_TOKEN'))
    .option('--timeout <ms>', 'for one answer', whole(1, 600_000), 10_000)
    .option('--json', 'print JSON', false)
    .showHelpAfterError('(see --help)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const globals = () => globalsOf(program);
  const act = (command: (context: Context) => Promise<number>) => run(globals(), command);

  program
    .command('node')
    .description('run a standalone node: hearsay node --help')
    .allowUnknownOption();
  program
    .command('members')
    .description('who is in, as this node believes')
    .option(
      '--detailed',
      'epochs, incarnations, metadata, reasons, and the hash of the view',
      false,
    )
    .addOption(new Option('--status <state...>', 'only these').choices(STATES))
    .option('--watch', 'draw it again whenever it changes', false)
    .action(async (options) => {
      const { members, watchMembers } = await import('./commands/members.js');
      await act((context) => (options.watch ? watchMembers : members)(context, options));
    });
  program
    .command('status')
    .description('how this node is')
    .option('--wait', 'until it is ready, at most --timeout', false)
    .action(async (options) => {
      const { status } = await import('./commands/status.js');
      await act((context) => status(context, { waitMs: options.wait ? globals().timeout : 0 }));
    });
  program
    .command('lag')
    .description('how far each node has applied each scope, against the log')
    .option('--max <versions>', 'so many behind are still well', whole(0, 1e15), 0)
    .action(async (options) => {
      const { lag } = await import('./commands/lag.js');
      await act((context) => lag(context, options));
    });
  program
    .command('scopes')
    .description('the scopes that this node follows')
    .action(async () => act((await import('./commands/scopes.js')).scopes));
  program
    .command('ping')
    .description('round trip from this node to a member')
    .argument('<node>')
    .action(async (node) => {
      const { ping } = await import('./commands/ping.js');
      await act((context) => ping(context, node));
    });
  program
    .command('top')
    .description('members, scopes and rates, drawn again every second')
    .action(async () => act((await import('./commands/top.js')).top));
  program
    .command('tail')
    .description('events as they pass')
    .option('--scope <scope...>', 'only these scopes', [])
    .option('--key <glob>', 'only keys that match: * is a segment, ** any number of them')
    .option('--count <n>', 'end after so many', whole(1, 1e15))
    .action(async (options) => {
      const { tail } = await import('./commands/tail.js');
      await act((context) => tail(context, options));
    });
  program
    .command('invalidate')
    .description('say that something is no longer true')
    .requiredOption('--scope <scope>')
    .option('--key <key...>', 'entries', [])
    .option('--prefix <prefix...>', 'everything below a path', [])
    .option('--tag <tag...>', 'everything stored with a tag', [])
    .option('--all', 'the whole scope', false)
    .option('--dry-run', 'only print what would be sent', false)
    .option('--wait-applied [ms]', 'until all members have applied it', whole(1, 600_000))
    .action(async ({ waitApplied, ...options }) => {
      const { invalidate } = await import('./commands/invalidate.js');
      const waitMs = waitApplied === true ? globals().timeout : waitApplied;
      await act((context) => invalidate(context, { ...options, waitMs }));
    });
  program
    .command('why')
    .description('which event dropped an entry, from whom, how and when, on each node')
    .argument('<scope>')
    .argument('<key>')
    .action(async (scope, key) => {
      const { why } = await import('./commands/why.js');
      await act((context) => why(context, scope, key));
    });
  program
    .command('verify')
    .description('compares a sample of what the nodes have cached with the database')
    .requiredOption('--scope <scope>')
    .requiredOption('--loader <module>', 'exports load(scope, keys) or digests(scope, keys)')
    .option('--sample <n>', 'entries of each node', whole(1, ADMIN_LIMITS.sampledEntriesMax), 200)
    .addOption(
      new Option('--recheck <duration>', 'how long a difference may take to go')
        .argParser(durationMs)
        .default(2_000, '2s'),
    )
    .action(async (options) => {
      const { verify } = await import('./commands/verify.js');
      await act((context) => verify(context, { ...options, timeoutMs: globals().timeout }));
    });
  program
    .command('doctor')
    .description('checks this machine, the node and the mesh; each finding with its fix')
    .option('--config <file>', 'check this file of hearsay node too')
    .action(async (options) => {
      const { doctor } = await import('./commands/doctor.js');
      await act((context) => doctor(context, options));
    });
  program
    .command('reachability')
    .description('asks every member whom it reaches: one-way cuts show')
    .action(async () => act((await import('./commands/reachability.js')).reachability));
  const keys = program
    .command('keys')
    .description('the cluster keys of this node')
    .action(async () => act((await import('./commands/keys.js')).keys));
  for (const [change, text] of KEY_CHANGES)
    keys
      .command(change)
      .description(`${text}; the key comes from HEARSAY_KEY or standard input`)
      .action(async () => {
        const { changeKeys } = await import('./commands/keys.js');
        await act((context) => changeKeys(context, change));
      });
  program
    .command('keygen')
    .description('print a new cluster key')
    .action(async () => act((await import('./commands/keygen.js')).keygen));
  program
    .command('wait')
    .description('until something holds')
    .option('--for <condition...>', 'members=<n>, applied=<token>, ready', [])
    .action(async (options) => {
      const { wait } = await import('./commands/wait.js');
      await act((context) => wait(context, { ...options, timeoutMs: globals().timeout }));
    });
  program
    .command('debug')
    .description('a bundle for a bug report, as JSON, without secrets')
    .action(async () => act((await import('./commands/debug.js')).debug));
  program
    .command('completion')
    .description('a script for your shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => {
      const { completion } = await import('./commands/completion.js');
      await act((context) => completion(context, program, shell));
    });
  return program;
}

/** Arguments count before the environment; a variable that is empty counts as not set. */
function globalsOf(program: Command): GlobalOptions {
  const { url, socket, token, ...others } = program.opts<GlobalOptions>();
  const isGiven = (name: string): boolean => program.getOptionValueSource(name) === 'cli';
  const isSocket = socket && (isGiven('socket') || !isGiven('url'));
  return {
    ...others,
    ...(isSocket ? { socket } : {}),
    ...(isSocket || (url === '' && !isGiven('url')) ? {} : { url }),
    ...(token ? { token } : {}),
  };
}

function whole(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`use an integer from ${min} to ${max}`);
    return value;
  };
}

const MS_PER: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000 };
const DURATION_MS_MAX = 600_000;

/** @returns milliseconds */
function durationMs(text: string): number {
  const [, count = '', unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|min)?$/.exec(text) ?? [];
  const value = Number(count) * (MS_PER[unit] ?? 1);
  if (count === '' || value > DURATION_MS_MAX)
    throw new InvalidArgumentError('use a time of at most 10min, such as 500ms or 2s');
  return value;
}
