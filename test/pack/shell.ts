import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way, with its output so far. */
export class Running {
  readonly #child: ChildProcess;
  readonly #finished: Promise<Finished>;
  #stdout = '';
  #stderr = '';
  #hasEnded = false;

  constructor(command: string, args: readonly string[], cwd: string) {
    this.#child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stdout += chunk;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
    });
    this.#finished = once(this.#child, 'close').then(([exitCode]) => {
      this.#hasEnded = true;
      return { exitCode: exitCode as number | null, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  /** Resolves when the first line has been printed, or the process has ended. */
  async firstLine(): Promise<string> {
    while (!this.#stdout.includes('\n') && !this.#hasEnded) {
      await Promise.race([once(this.#child.stdout ?? this.#child, 'data'), this.#finished]);
    }
    return this.#stdout.split('\n', 1)[0] ?? '';
  }

  finished(): Promise<Finished> {
    return this.#finished;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Runs to the end. @throws {Error} with the output when the exit code is not 0 */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { exitCode, stdout, stderr } = await new Running(command, args, cwd).finished();
  if (exitCode !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
  }
  return stdout;
}
