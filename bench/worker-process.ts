import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const END_MS = 5_000;

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Caller {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A child process that answers calls (see worker.ts). It ends with its parent, whatever happens. */
export class WorkerProcess {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #callers = new Map<number, Caller>();
  #lastId = 0;

  /** @param script in `workers/` */
  constructor(script: string, name = script) {
    this.name = name;
    this.#process = fork(join(import.meta.dirname, 'workers', script), {
      // Nothing that this process was started with (a profiler, a loader) shall change the child.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (message) => this.#answered(message as Answer));
    // What cannot be sent to a process that has just died: its exit tells why.
    this.#process.on('error', () => {});
    this.#process.on('exit', (code, signal) => this.#exited(signal ?? code));
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.name} could not be started`);
    return this.#process.pid;
  }

  /** @throws {Error} what the operation threw, or that the process ended */
  call<Result = void>(operation: string, argument?: unknown): Promise<Result> {
    const id = ++this.#lastId;
    return new Promise<Result>((resolve, reject) => {
      this.#callers.set(id, { resolve: resolve as Caller['resolve'], reject });
      this.#process.send({ id, operation, argument }, (error) => {
        if (error) this.#settle(id)?.reject(error);
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_MS);
    await exited;
    clearTimeout(timer);
  }

  #answered({ id, value, error }: Answer): void {
    const caller = this.#settle(id);
    if (error === undefined) caller?.resolve(value);
    else caller?.reject(new Error(`${this.name}: ${error}`));
  }

  #exited(how: string | number | null): void {
    for (const id of [...this.#callers.keys()])
      this.#settle(id)?.reject(new Error(`${this.name} ended (${how})`));
  }

  #settle(id: number): Caller | undefined {
    const caller = this.#callers.get(id);
    this.#callers.delete(id);
    return caller;
  }
}

/** Several processes, ended together. */
export class WorkerProcesses {
  readonly all: readonly WorkerProcess[];

  constructor(script: string, count: number) {
    this.all = Array.from(
      { length: count },
      (_, index) => new WorkerProcess(script, `${script} ${index + 1}`),
    );
  }

  /** @param argument may depend on the process's index */
  call<Result = void>(operation: string, argument?: (index: number) => unknown): Promise<Result[]> {
    return Promise.all(
      this.all.map((worker, index) => worker.call<Result>(operation, argument?.(index))),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((worker) => worker[Symbol.asyncDispose]()));
  }
}
