import { AdminClient, type AdminClientOptions } from '@hearsay/admin/client';
import { CommanderError } from 'commander';
import picocolors from 'picocolors';
import type { CheckNodeConfig, Context } from './context.js';
import { EXIT, exitCodeOf, messageOf } from './exit-code.js';
import { type GlobalOptions, programOf } from './program.js';

const COLUMNS_DEFAULT = 80;
/** The command ends what it does, and restores the terminal. */
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * `hearsay <command>`.
 * @param argv what stands after `hearsay`
 * @param checkNodeConfig for `doctor --config`
 * @returns the exit code: see docs/CLI.md
 */
export async function runCli(
  argv: readonly string[],
  checkNodeConfig?: CheckNodeConfig,
): Promise<number> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const name of ENDS) process.once(name, interrupt);
  // Stays: what was written last may fail after the command has ended.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interrupt();
  });
  let exitCode: number = EXIT.ok;
  const program = programOf(async (options, command) => {
    exitCode = await command(contextOf(options, interruption.signal, checkNodeConfig));
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (interruption.signal.aborted) return EXIT.interrupted;
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    const failure = error as Error & { readonly code?: string };
    const name = failure.code ? ` (${failure.code})` : '';
    process.stderr.write(`hearsay: ${messageOf(failure)}${name}\n`);
    return code;
  } finally {
    for (const name of ENDS) process.off(name, interrupt);
  }
}

function contextOf(
  { url, socket, token, timeout, json }: GlobalOptions,
  signal: AbortSignal,
  checkNodeConfig: CheckNodeConfig | undefined,
): Context {
  const address: AdminClientOptions = {
    ...(socket === undefined ? {} : { unixSocket: socket }),
    ...(url === undefined || socket !== undefined ? {} : { url }),
    ...(token === undefined ? {} : { token }),
    timeoutMs: timeout,
    signal,
  };
  const isTerminal = process.stdout.isTTY === true;
  return {
    client: new AdminClient(address),
    address,
    json,
    colors: picocolors.createColors(isTerminal && !json && !process.env['NO_COLOR']),
    get columns() {
      // A terminal without a size says 0.
      return isTerminal ? process.stdout.columns || COLUMNS_DEFAULT : undefined;
    },
    signal,
    checkNodeConfig,
    print: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
  };
}
