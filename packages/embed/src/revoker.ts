import {
  LeaseWatch,
  type LogLife,
  Revocation,
  type RevocationEffect,
  type RevocationInput,
  type RevocationOutcome,
} from '@hearsay/protocol';
import type {
  Announcement,
  Clock,
  LeaseRow,
  LeaseStore,
  Logger,
  LogId,
  MemberAsking,
  Origin,
} from '@hearsay/spi';
import { NodeClosedError } from './errors.js';
import { askHolder, questionsOf, type RevokeQuestions } from './revoke-questions.js';

export interface RevokerOptions {
  readonly self: Origin;
  readonly leases: LeaseStore;
  readonly asking: MemberAsking | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One revocation after its commit, until its last row is removed. */
interface Run {
  readonly revocation: Revocation;
  readonly questions: RevokeQuestions;
  readonly stopped: AbortController;
  readonly resolve: (outcome: RevocationOutcome) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout | undefined;
}

/** Drives the revoker's side of strict scopes: reads the lease table, asks holders, waits. */
export class Revoker {
  readonly #options: RevokerOptions;
  readonly #watch = new LeaseWatch();
  readonly #runs = new Set<Run>();
  #stopped = false;

  constructor(options: RevokerOptions) {
    this.#options = options;
  }

  /** What an answer of the log says of its database (rule S4). */
  logRead(log: LogLife): void {
    this.#watch.observe(log, this.#nowMs());
  }

  /** Commits that were applied here are gone. */
  doubt(): void {
    this.#watch.doubt(this.#nowMs());
  }

  /** A lease of this node's own. */
  remember(leaseMs: number): void {
    this.#watch.remember(leaseMs);
  }

  /**
   * To be called when COMMIT was answered, and what it says is dropped here.
   * @returns when nobody serves any more what it revoked
   * @throws {NodeClosedError} the node was closed before
   */
  settle(logId: LogId, announcements: readonly Announcement[]): Promise<RevocationOutcome> {
    // Its commit was under way when the node was closed.
    if (this.#stopped) return Promise.reject(closed());
    const { self, asking } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<RevocationOutcome>();
    const asks = asking !== undefined;
    const revocation = new Revocation(
      { self, logId, committedMs: this.#nowMs(), asks },
      this.#watch,
    );
    const questions = questionsOf(announcements);
    const stopped = new AbortController();
    const run: Run = { revocation, questions, stopped, resolve, reject, timer: undefined };
    this.#runs.add(run);
    this.#perform(run, revocation.start());
    return promise;
  }

  stop(): void {
    this.#stopped = true;
    for (const run of this.#runs) {
      run.reject(closed());
      this.#end(run);
    }
  }

  #handle(run: Run, input: RevocationInput): void {
    if (this.#runs.has(run)) this.#perform(run, run.revocation.handle(input, this.#nowMs()));
  }

  #perform(run: Run, effects: readonly RevocationEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'read-table':
          void this.#readTable(run);
          break;
        case 'ask':
          void this.#ask(run, effect.holder, effect.timeoutMs);
          break;
        case 'done':
          run.resolve(effect.outcome);
          break;
        case 'remove-leases':
          void this.#remove(effect.rows);
          break;
      }
    }
    if (run.revocation.state === 'ended') this.#end(run);
    else this.#arm(run);
  }

  async #readTable(run: Run): Promise<void> {
    const { leases, logger } = this.#options;
    try {
      const table = await leases.readLeases();
      this.#handle(run, { kind: 'table-read', table });
    } catch (error) {
      logger.debug({ err: error }, 'the lease table could not be read');
      this.#handle(run, { kind: 'table-failed' });
    }
  }

  async #ask(run: Run, holder: Origin, timeoutMs: number): Promise<void> {
    const { asking, logger } = this.#options;
    if (asking === undefined) return;
    const options = { timeoutMs, signal: run.stopped.signal };
    try {
      const log = await askHolder(asking, holder, run.questions, options);
      this.#handle(run, { kind: 'acknowledged', holder, log });
    } catch (error) {
      logger.debug({ err: error, holder }, 'a holder did not acknowledge a revocation');
      this.#handle(run, { kind: 'ask-failed', holder });
    }
  }

  async #remove(rows: readonly LeaseRow[]): Promise<void> {
    const { leases, logger } = this.#options;
    await leases.removeLeases(rows).catch((error: unknown) => {
      logger.debug(
        { err: error },
        'lease rows were left behind; the next revocation waits for them',
      );
    });
  }

  #arm(run: Run): void {
    clearTimeout(run.timer);
    const waitMs = Math.max(1, run.revocation.nextDueMs() - this.#nowMs());
    run.timer = setTimeout(() => this.#handle(run, { kind: 'tick' }), waitMs);
  }

  /** Late acknowledgements are not waited for. */
  #end(run: Run): void {
    this.#runs.delete(run);
    clearTimeout(run.timer);
    run.stopped.abort();
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}

function closed(): NodeClosedError {
  return new NodeClosedError(
    'this node was closed while a revocation waited: it is committed, and others may serve what it revoked for L',
  );
}
