import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';

export interface ServerProcessOptions {
  readonly name: string;
  /** All that the server has; it goes with it. */
  readonly directory: string;
  /** Ends it at once. */
  readonly crashSignal: NodeJS.Signals;
  /** What it says on stderr when it takes connections. */
  readonly readyText: string;
}

/** The process of a database server, which does not outlive this one, and neither does its directory. */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ReturnType<typeof spawn> | undefined;
  readonly #atExit = () => {
    this.#child?.kill(this.#options.crashSignal);
    this.#remove();
  };

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  /** @throws {Error} it has ended before it was ready; with what it said */
  async start(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
    const { name, readyText } = this.#options;
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    process.once('exit', this.#atExit);
    await new Promise<void>((resolve, reject) => {
      let log = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (log.includes(readyText)) resolve();
      });
      child.once('exit', (code) => reject(new Error(`${name} exited with ${code}: ${log}`)));
    });
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  async destroy(): Promise<void> {
    process.off('exit', this.#atExit);
    await this.stop(this.#options.crashSignal);
    this.#remove();
  }

  #remove(): void {
    rmSync(this.#options.directory, { recursive: true, force: true });
  }
}
