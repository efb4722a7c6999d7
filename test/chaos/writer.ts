import { CommitUncertainError, type Hearsay } from '@hearsay/embed';
import { nowUs, pause } from '../demo/clock.ts';
import type { Random } from '../demo/random.ts';
import { type DeathMoment, type NodeStore, RolledBackError } from './node-store.ts';
import type { Reporter } from './reporter.ts';
import { planWrite } from './writes.ts';

/** Mean time between two writes of one node. */
const PAUSE_MS = 40;
const WRITES_PER_LIFE_MAX = 10_000_000;

/** Writes at an uneven pace while it is on, one after the other, and reports what was acknowledged. */
export class Writer {
  readonly #hearsay: Hearsay;
  readonly #store: NodeStore;
  readonly #random: Random;
  readonly #reporter: Reporter;
  #lastId: number;
  #isOn = false;
  #running: Promise<void> = Promise.resolve();

  /** @param life a number of its own, so that no two writes have one id */
  constructor(
    hearsay: Hearsay,
    store: NodeStore,
    random: Random,
    reporter: Reporter,
    life: number,
  ) {
    this.#hearsay = hearsay;
    this.#store = store;
    this.#random = random;
    this.#reporter = reporter;
    this.#lastId = life * WRITES_PER_LIFE_MAX;
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
    const plan = { ...planWrite(this.#random), isRolledBack: false };
    await this.#store.dieWriting(this.#hearsay, ++this.#lastId, plan, moment);
  }

  async #run(): Promise<void> {
    while (this.#isOn) {
      await this.#write();
      await pause(this.#random() * 2 * PAUSE_MS);
    }
  }

  async #write(): Promise<void> {
    const plan = planWrite(this.#random);
    const id = ++this.#lastId;
    const beganUs = nowUs();
    try {
      const { row, token } = await this.#store.write(this.#hearsay, id, plan);
      const ackUs = nowUs();
      const scope = plan.changes[0]?.scope;
      if (row && scope) this.#reporter.ack({ write: id, beganUs, ackUs, token, scope, ...row });
    } catch (error) {
      if (error instanceof RolledBackError) return;
      this.#reporter.failed(error);
      if (error instanceof CommitUncertainError) this.#hinted(error, beganUs);
    }
  }

  #hinted({ hints }: CommitUncertainError, beganUs: number): void {
    for (const { scope, target } of hints)
      this.#reporter.happened(['hint', beganUs, scope, target.key, target.kind]);
    // Others have heard of it already, so the observer must, even if this process dies now.
    this.#reporter.flush();
  }
}
