import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a script of the project to its end, with this process's own Node. It is ended if this
 * process exits before.
 * @param stderr shown to people, or dropped
 * @returns its exit code (`null` after a signal) and the lines of its stdout
 */
export async function runScript(
  path: string,
  args: readonly string[],
  stderr: 'inherit' | 'ignore',
): Promise<{ readonly code: number | null; readonly lines: string[] }> {
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', stderr] });
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code]: [number | null] = (await once(child, 'close')) as [number | null];
  process.off('exit', end);
  return { code, lines: Buffer.concat(chunks).toString('utf8').trimEnd().split('\n') };
}
