import type { Hearsay } from '@hearsay/embed';
import { ConfigInvalidError, HearsayError } from '@hearsay/spi';
import { stringify } from 'yaml';
import type { NodeConfig } from './config.js';
import { helpText } from './help.js';
import { loadConfig } from './load-config.js';
import { nodeLogger } from './node-logger.js';
import { redact } from './redact.js';
import { type Arguments, readArguments } from './sources.js';
import { checkConfig, startNode } from './standalone-node.js';

const FAILED = 1;
const USAGE = 2;
/** By convention 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/**
 * `hearsay node`: resolves once the node has left the mesh.
 * @param argv what stands after `hearsay node`
 * @returns the exit code: 0 after a graceful end, 1 when it could not start, 2 for a wrong configuration
 */
export async function runNode(argv: readonly string[]): Promise<number> {
  let config: NodeConfig;
  try {
    const args: Arguments = readArguments(argv);
    if (args.help) {
      process.stdout.write(helpText());
      return 0;
    }
    config = loadConfig(args, process.env);
    checkConfig(config);
    if (args.check) {
      process.stdout.write(stringify(redact(config)));
      return 0;
    }
  } catch (error) {
    return complain(error, USAGE);
  }
  const logger = nodeLogger(config, { isTerminal: process.stderr.isTTY === true });
  const ended = firstSignal();
  let hearsay: Hearsay;
  try {
    hearsay = await startNode(config, logger);
  } catch (error) {
    return complain(error, error instanceof ConfigInvalidError ? USAGE : FAILED);
  }
  logger.info({ signal: await ended }, 'leaving the mesh');
  await hearsay.close();
  logger.info({}, 'the node has left');
  return 0;
}

/** Resolves with the first signal to end; a second one ends the process at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let isEnding = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (isEnding) process.exit(INTERRUPTED);
      isEnding = true;
      resolve(signal);
    });
  return promise;
}

function complain(error: unknown, exitCode: number): number {
  if (!(error instanceof HearsayError)) throw error;
  process.stderr.write(`hearsay node: ${error.message} (${error.code})\n`);
  return exitCode;
}
