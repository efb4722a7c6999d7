import { CommitUncertainError, type Hearsay, type RevokeResult } from '@hearsay/embed';
import { invalidationOf } from '@hearsay/spi';
import { nowUs, pause } from '../demo/clock.ts';
import type { Random } from '../demo/random.ts';
import { type DeathMoment, type NodeStore, RolledBackError } from './node-store.ts';
import type { Reporter } from './reporter.ts';
import { STRICT_SCOPE } from './scopes.ts';
import { type Change, type PlannedWrite, planRevocation, planWrite } from './writes.ts';

const WRITES_MAX = 10_000_000;
/** Revocations of what was written in a transaction before, instead of in the same call. */
const SEPARATE_SHARE = 0.25;

export interface WriterOptions {
  readonly hearsay: Hearsay;
  /** Nobody else writes over its connection. */
  readonly store: NodeStore;
  readonly random: Random;
  readonly reporter: Reporter;
  /** No other writer of the run has it; it makes the ids of its writes. */
  readonly number: number;
  /** Those that stand there more often are chosen more often. */
  readonly scopes: readonly string[];
  /** Whether it revokes in the strict scope whatever it writes. */
  readonly isRevoker: boolean;
  /** Mean time between two writes. */
  readonly pauseMs: number;
}

/** Writes at an uneven pace while it is on, one after the other, and reports what was acknowledged. */
export class Writer {
  readonly #options: WriterOptions;
  #lastId: number;
  #isOn = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#lastId = options.number * WRITES_MAX;
  }

  on(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#running = this.#run();
  }

  /** Resolves once the last write has its answer. */
  async off(): Promise<void> {
    this.#isOn = false;
    await this.#running;
  }

  async die(moment: DeathMoment): Promise<void> {
    const { hearsay, store, random, scopes } = this.#options;
    const plan = { ...planWrite(random, scopes), isRolledBack: false };
    await store.dieWriting(hearsay, ++this.#lastId, plan, moment);
  }

  async #run(): Promise<void> {
    const { random, pauseMs } = this.#options;
    while (this.#isOn) {
      await this.#write(this.#plan());
      await pause(random() * 2 * pauseMs);
    }
  }

  #plan(): PlannedWrite {
    const { random, scopes, isRevoker } = this.#options;
    if (!isRevoker) return planWrite(random, scopes);
    return { ...planRevocation(random, scopes), revokes: random() >= SEPARATE_SHARE };
  }

  async #write(plan: PlannedWrite): Promise<void> {
    const { hearsay, store, reporter, isRevoker } = this.#options;
    const id = ++this.#lastId;
    const beganUs = nowUs();
    if (plan.revokes) this.#revoking(beganUs, plan.changes);
    try {
      const { row, token, revoked } = await store.write(hearsay, id, plan);
      const ackUs = nowUs();
      const scope = plan.changes[0]?.scope;
      if (row && scope) reporter.ack({ write: id, beganUs, ackUs, token, scope, ...row });
      if (revoked) this.#revoked(id, revoked);
      else if (isRevoker) await this.#revoke(id, plan);
    } catch (error) {
      if (error instanceof RolledBackError) return;
      reporter.failed(error);
      if (error instanceof CommitUncertainError) this.#hinted(error, beganUs);
    }
  }

  /** What the write has changed in the strict scope. */
  async #revoke(id: number, { changes }: PlannedWrite): Promise<void> {
    const { hearsay, reporter } = this.#options;
    const { scope, target } = changes.find((change) => change.scope === STRICT_SCOPE) as Change;
    const beganUs = nowUs();
    this.#revoking(beganUs, [{ scope, target }]);
    try {
      this.#revoked(id, await hearsay.revoke(scope, target));
    } catch (error) {
      reporter.failed(error);
      this.#hinted({ hints: [invalidationOf(scope, target)] }, beganUs);
    }
  }

  #revoking(beganUs: number, changes: readonly Change[]): void {
    const { reporter } = this.#options;
    for (const change of changes) {
      const { scope, target } = invalidationOf(change.scope, change.target);
      reporter.happened(['revoking', beganUs, scope, target.key, target.kind]);
    }
    // Holders may hear of it before this process dies.
    reporter.flush();
  }

  #revoked(write: number, { waitedOut, vouched }: RevokeResult): void {
    const returnedUs = nowUs();
    this.#options.reporter.revoked({ write, returnedUs, waitedOut: waitedOut.length, vouched });
  }

  #hinted({ hints }: Pick<CommitUncertainError, 'hints'>, beganUs: number): void {
    const { reporter } = this.#options;
    for (const { scope, target } of hints)
      reporter.happened(['hint', beganUs, scope, target.key, target.kind]);
    // Others have heard of it already, so the observer must, even if this process dies now.
    reporter.flush();
  }
}
