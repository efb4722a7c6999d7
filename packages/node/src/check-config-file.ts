import { HearsayError } from '@hearsay/spi';
import { loadConfig } from './load-config.js';
import { readArguments } from './sources.js';
import { checkConfig } from './standalone-node.js';

/**
 * As `hearsay node --check --config <file>` in this environment.
 * @returns what is wrong, one line; `undefined` where the node can be run with it
 */
export async function checkConfigFile(file: string): Promise<string | undefined> {
  try {
    checkConfig(loadConfig(readArguments(['--config', file]), process.env));
    return undefined;
  } catch (error) {
    if (error instanceof HearsayError) return error.message;
    throw error;
  }
}
