import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const STOP_MS = 5_000;

/** One child process and its log file. It ends with its parent, whatever happens (see child.ts). */
export class Child<ToChild extends object, FromChild> {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #logPath: string;
  #expectedToEnd = false;

  /**
   * @param script beside this file
   * @param directory where the child's log goes
   * @param whenBroken called when it ends without being asked to, with its last words
   */
  constructor(options: {
    readonly name: string;
    readonly script: string;
    readonly config: object;
    readonly directory: string;
    readonly onMessage: (message: FromChild) => void;
    readonly whenBroken: (error: Error) => void;
  }) {
    this.name = options.name;
    this.#logPath = join(options.directory, `${options.name}.log`);
    const log = openSync(this.#logPath, 'a');
    this.#process = fork(
      join(import.meta.dirname, options.script),
      [JSON.stringify(options.config)],
      {
        stdio: ['ignore', log, log, 'ipc'],
        execArgv: ['--disable-warning=ExperimentalWarning'],
      },
    );
    closeSync(log);
    this.#process.on('message', (message) => options.onMessage(message as FromChild));
    // A message to a process that has just died: its exit is what counts.
    this.#process.on('error', () => {});
    this.#process.on('exit', (code, signal) => {
      if (!this.#expectedToEnd)
        options.whenBroken(
          new Error(`${this.name} ended (${signal ?? code}): ${this.#lastWords()}`),
        );
    });
  }

  send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  /** From now on its end is no failure. */
  expectEnd(): void {
    this.#expectedToEnd = true;
  }

  /** Waits for its end; SIGKILL when it has not ended within `withinMs`. */
  async ended(withinMs = STOP_MS): Promise<void> {
    this.expectEnd();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), withinMs);
    await once(this.#process, 'exit');
    clearTimeout(timer);
  }

  /** Ends a child that has nothing to put in order. */
  async end(): Promise<void> {
    this.expectEnd();
    if (this.#process.connected) this.#process.disconnect();
    await this.ended();
  }

  #lastWords(): string {
    const lines = readFileSync(this.#logPath, 'utf8').trimEnd().split('\n');
    return lines.slice(-12).join('\n') || 'it said nothing';
  }
}
