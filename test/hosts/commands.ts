import { spawnSync } from 'node:child_process';

/**
 * Runs a command to its end: what it changed is in force when this returns.
 *
 * @param input its standard input
 * @throws {Error} it could not be started or failed; says what it said
 */
export function run(command: string, args: readonly string[], input = ''): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0)
    throw new Error(`${[command, ...args].join(' ')} failed: ${stderr.trim() || `code ${status}`}`);
  return stdout;
}

/**
 * Runs many commands of `ip` or `tc` as one process.
 * @param namespace where; without one they must name namespaces themselves
 */
export function runBatch(command: 'ip' | 'tc', lines: readonly string[], namespace?: string): void {
  if (lines.length === 0) return;
  const where = namespace === undefined ? [] : ['-n', namespace];
  run(command, [...where, '-batch', '-'], `${lines.join('\n')}\n`);
}

export function isInstalled(command: string): boolean {
  return spawnSync(command, ['-V']).error === undefined;
}
