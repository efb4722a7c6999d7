import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { LogUnavailableError } from '@hearsay/spi';
import { reasonOf } from '../reason.js';
import type { LogFileOptions, LogOperations } from './log-file.js';
import { type LogOperation, unpackError, type WorkerCall, type WorkerReply } from './messages.js';

/** Calls without an answer, given up ones included, before further ones are refused. */
export const CALLS_WAITING_MAX = 64;

/** Beyond these the worker ends, and the next call starts another. A full answer needs about half. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

/** From `src` as from `dist` this is the compiled worker. */
const WORKER_URL = new URL('../../dist/worker/main.js', import.meta.url);

/** How long `close` waits for a worker to end that may hang in the file system. */
const TERMINATE_MS = 1000;

interface Waiting {
  settle(reply: WorkerReply): void;
  fail(error: Error): void;
}

/**
 * Calls the worker and waits for its answers, each within its own time. A worker that died is
 * replaced at the next call. One that hangs is waited for: its thread could not be freed anyway.
 */
export class WorkerClient {
  readonly #options: LogFileOptions;
  readonly #script: URL;
  /** By call id; a call stays here after its time ran out, until its answer comes or the worker ends. */
  readonly #waiting = new Map<number, Waiting>();
  /** Calls whose callers still wait; the process stays alive for these alone. */
  #wanted = 0;
  #worker: Worker | undefined;
  #lastId = 0;
  #closed = false;

  constructor(options: LogFileOptions, script: URL = WORKER_URL) {
    this.#options = options;
    this.#script = script;
  }

  /**
   * @throws {LogUnavailableError} no answer in time, the worker died, or the client is closed
   * @throws what the operation throws
   */
  async call<O extends LogOperation>(
    operation: O,
    args: Parameters<LogOperations[O]>,
    timeoutMs: number,
  ): Promise<Awaited<ReturnType<LogOperations[O]>>> {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
    if (this.#waiting.size >= CALLS_WAITING_MAX)
      throw new LogUnavailableError(
        `${this.#waiting.size} calls wait for the log's file: look for what blocks it`,
      );
    const value = await this.#post(operation, args, timeoutMs);
    return value as Awaited<ReturnType<LogOperations[O]>>;
  }

  /** Lets the worker close its file, then ends it. Calls in flight are answered or fail. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const worker = this.#worker;
    if (!worker) return;
    await this.#post('close', [], timeoutMs).catch(() => undefined);
    await Promise.race([worker.terminate(), sleep(TERMINATE_MS, undefined, { ref: false })]);
  }

  #post(operation: LogOperation, args: readonly unknown[], timeoutMs: number): Promise<unknown> {
    const id = ++this.#lastId;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const done = this.#hold(worker);
    const timer = setTimeout(() => {
      // If this thread was late itself, the answer may be waiting: look once more before giving up.
      setImmediate(() => waiting.fail(late(operation, timeoutMs)));
    }, timeoutMs);
    const waiting: Waiting = {
      settle: (reply) => {
        clearTimeout(timer);
        done();
        if ('error' in reply) reject(unpackError(reply.error));
        else resolve(reply.value);
      },
      fail: (error) => {
        clearTimeout(timer);
        done();
        reject(error);
      },
    };
    this.#waiting.set(id, waiting);
    worker.postMessage({ id, operation, args } satisfies WorkerCall);
    return promise;
  }

  /** Keeps the process alive until the returned function is first called. */
  #hold(worker: Worker): () => void {
    let held = true;
    if (this.#wanted++ === 0) worker.ref();
    return () => {
      if (held && --this.#wanted === 0) worker.unref();
      held = false;
    };
  }

  #start(): Worker {
    const worker = new Worker(this.#script, {
      workerData: this.#options,
      resourceLimits: RESOURCE_LIMITS,
      // Loaders and the like that the service was started with would only make it bigger.
      execArgv: [],
    });
    let reason = 'it ended';
    worker.on('message', (reply: WorkerReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      waiting?.settle(reply);
    });
    worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    worker.once('exit', () => this.#ended(reason));
    return worker;
  }

  #ended(reason: string): void {
    this.#worker = undefined;
    const failed = [...this.#waiting.values()];
    this.#waiting.clear();
    const error = new LogUnavailableError(`the log's worker is gone (${reason}): try again`);
    for (const waiting of failed) waiting.fail(error);
  }
}

function late(operation: LogOperation, timeoutMs: number): LogUnavailableError {
  return new LogUnavailableError(`the log did not answer ${operation} within ${timeoutMs} ms`);
}
