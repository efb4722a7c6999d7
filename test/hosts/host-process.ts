import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Question, Reply } from './program.ts';

const LAST_WORDS_CHARS = 4_000;
/** Only spent on failure. */
const DEADLINE_MS = 60_000;
const LOOK_AGAIN_MS = 1;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Asker {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** @returns the command that runs a script as this process's own Node does */
export function nodeCommand(script: string, args: readonly string[] = []): string[] {
  return [process.execPath, '--disable-warning=ExperimentalWarning', script, ...args];
}

/** A Node process that calls runProgram (program.ts). It ends with this process. */
export class HostProcess {
  readonly name: string;
  readonly exited: Promise<Ending>;
  readonly #process: ChildProcess;
  readonly #askers = new Map<number, Asker>();
  readonly #listeners = new Set<(told: object) => void>();
  /** Called after whatever the process says, and at its end. */
  readonly #watchers = new Set<() => void>();
  #lastId = 0;
  #lastWords = '';
  #ending: Ending | undefined;

  /**
   * @param name for people
   * @param command what becomes Node, so that signals and the channel for messages reach it
   */
  constructor(name: string, [command = '', ...args]: readonly string[], env: NodeJS.ProcessEnv) {
    this.name = name;
    this.#process = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const output of [this.#process.stdout, this.#process.stderr])
      output?.setEncoding('utf8').on('data', (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_CHARS);
      });
    this.#process.on('message', (message) => this.#received(message as Reply));
    // What cannot be sent to a process that has just died: its end tells why.
    this.#process.on('error', () => {});
    this.exited = new Promise((resolve) => {
      this.#process.on('close', (code, signal) => {
        this.#ending = { code, signal };
        this.#ended();
        resolve(this.#ending);
      });
    });
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.name} could not be started`);
    return this.#process.pid;
  }

  /** What it wrote last, for people. */
  get lastWords(): string {
    return this.#lastWords.trim();
  }

  /** @throws {Error} what the operation threw, or that the process ended */
  ask<Answer = void>(operation: string, argument?: unknown): Promise<Answer> {
    if (this.#ending) return Promise.reject(this.#endError());
    const id = ++this.#lastId;
    return new Promise<Answer>((resolve, reject) => {
      this.#askers.set(id, { resolve: resolve as Asker['resolve'], reject });
      const question: Question = { id, operation, argument };
      this.#process.send(question, () => {});
    });
  }

  /** @param listener called with whatever the program tells unasked */
  onTold(listener: (told: object) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Resolves once `holds`, which is asked now and after whatever the process says.
   *
   * @param what completes "waited for …"
   * @throws {Error} it does not hold in time, or the process ended first
   */
  until(
    holds: () => boolean,
    what: string | (() => string),
    deadlineMs = DEADLINE_MS,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        settle();
      };
      const check = () => {
        if (holds()) end(resolve);
        else if (this.#ending) end(() => reject(this.#endError()));
      };
      const timer = setTimeout(() => {
        const missing = typeof what === 'string' ? what : what();
        end(() => reject(new Error(`${this.name}: waited ${deadlineMs} ms for ${missing}`)));
      }, deadlineMs);
      this.#watchers.add(check);
      check();
    });
  }

  /** Resolves once it stands still: it reads and sends nothing, and the kernel keeps its connections. */
  async freeze(): Promise<void> {
    this.#process.kill('SIGSTOP');
    while (!this.#ending && !isStopped(this.pid))
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }

  continue(): void {
    this.#process.kill('SIGCONT');
  }

  /** As a crash: nothing is said to anyone, though the kernel resets its connections. */
  kill(): Promise<Ending> {
    this.#process.kill('SIGKILL');
    return this.exited;
  }

  #received(message: Reply): void {
    if ('told' in message) for (const listener of this.#listeners) listener(message.told);
    else if (message.error === undefined) this.#settle(message.id)?.resolve(message.value);
    else this.#settle(message.id)?.reject(new Error(`${this.name}: ${message.error}`));
    this.#look();
  }

  #ended(): void {
    for (const id of [...this.#askers.keys()]) this.#settle(id)?.reject(this.#endError());
    this.#look();
  }

  #look(): void {
    for (const check of [...this.#watchers]) check();
  }

  #settle(id: number): Asker | undefined {
    const asker = this.#askers.get(id);
    this.#askers.delete(id);
    return asker;
  }

  #endError(): Error {
    const how = this.#ending?.signal ?? this.#ending?.code;
    return new Error(`${this.name} ended (${how}): ${this.lastWords || 'it said nothing'}`);
  }
}

function isStopped(pid: number): boolean {
  try {
    // "pid (name) state …"
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false; // It has just ended.
  }
}
