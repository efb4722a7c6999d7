import { HearsayError, LogUnavailableError } from '@hearsay/spi';
import { reasonOf } from '../reason.js';
import type { Connect, ServerConnection } from './connection.js';

/** Calls that wait for one connection, before further ones are refused. */
export const CALLS_WAITING_MAX = 64;

type Job<T> = (connection: ServerConnection) => Promise<T>;

export interface SessionOptions {
  /** What the calls are for, as it stands in messages. */
  readonly name: string;
  /** A connection that nobody used for so long is ended; `undefined` keeps it. */
  readonly idleMs?: number;
}

/**
 * A connection that calls take turns on. It is opened by the first call, given up after any error
 * or lateness, and opened anew by the next one: what a broken connection did is then never guessed.
 */
export class Session {
  readonly #connect: Connect;
  readonly #options: SessionOptions;
  #connection: ServerConnection | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connect: Connect, options: SessionOptions) {
    this.#connect = connect;
    this.#options = options;
  }

  /**
   * @param timeoutMs from this call on, waiting for its turn included
   * @throws {LogUnavailableError} out of reach, late, or closed; else what {@link HearsayError} the job throws
   */
  async run<T>(timeoutMs: number, job: Job<T>): Promise<T> {
    this.#checkOpen();
    if (this.#waiting >= CALLS_WAITING_MAX)
      throw new LogUnavailableError(
        `${this.#waiting} calls wait for the log's database: look for what blocks it`,
      );
    this.#waiting++;
    clearTimeout(this.#idle);
    const call = new Call(timeoutMs, this.#options.name);
    const turn = this.#last.then(() => this.#take(call, job));
    this.#last = turn.catch(() => undefined);
    try {
      return await Promise.race([turn, call.late]);
    } finally {
      call.end();
      if (--this.#waiting === 0) this.#rest();
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#idle);
    this.#giveUp(this.#connection);
  }

  async #take<T>(call: Call, job: Job<T>): Promise<T> {
    call.checkTime();
    this.#checkOpen();
    let connection: ServerConnection | undefined;
    try {
      connection = await this.#current(call);
      call.onLate = () => this.#giveUp(connection);
      return await job(connection);
    } catch (error) {
      this.#giveUp(connection);
      if (error instanceof HearsayError) throw error;
      throw new LogUnavailableError(`the log's database is out of reach: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  async #current(call: Call): Promise<ServerConnection> {
    // One that broke while nobody used it has done nothing that anybody waits for.
    if (this.#connection?.isBroken) this.#giveUp(this.#connection);
    if (this.#connection) return this.#connection;
    const opened = await this.#connect();
    // Nobody waits for it any more.
    if (this.#closed || call.isLate) opened.destroy();
    this.#checkOpen();
    call.checkTime();
    this.#connection = opened;
    return opened;
  }

  #giveUp(connection: ServerConnection | undefined): void {
    if (this.#connection === connection) this.#connection = undefined;
    connection?.destroy();
  }

  #rest(): void {
    const { idleMs } = this.#options;
    if (idleMs === undefined || this.#closed) return;
    this.#idle = setTimeout(() => this.#giveUp(this.#connection), idleMs);
    this.#idle.unref();
  }

  #checkOpen(): void {
    if (this.#closed) throw new LogUnavailableError('the log is closed: open it again');
  }
}

/** One call's time. */
class Call {
  /** Rejects when the time is over; never resolves. */
  readonly late: Promise<never>;
  isLate = false;
  onLate: () => void = () => {};
  readonly #error: LogUnavailableError;
  readonly #timer: NodeJS.Timeout;
  #ended = false;

  constructor(timeoutMs: number, name: string) {
    this.#error = new LogUnavailableError(
      `the log's database did not answer ${name} within ${timeoutMs} ms`,
    );
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.late = promise;
    this.#timer = setTimeout(() => {
      // If this thread was late itself, the answer may be waiting: look once more before giving up.
      setImmediate(() => {
        if (this.#ended) return;
        this.isLate = true;
        reject(this.#error);
        this.onLate();
      });
    }, timeoutMs);
  }

  checkTime(): void {
    if (this.isLate) throw this.#error;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
