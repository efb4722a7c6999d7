import { DatabaseSync } from 'node:sqlite';
import type { DeathMoment } from './node-store.ts';

/** Ends this process with SIGKILL when a COMMIT is to begin, or as soon as it has returned. */
export class DeadlyDatabase extends DatabaseSync {
  readonly #moment: DeathMoment;

  constructor(path: string, moment: DeathMoment) {
    super(path);
    this.#moment = moment;
  }

  override exec(sql: string): void {
    const commits = /^\s*COMMIT/i.test(sql);
    if (commits && this.#moment === 'in-commit') process.kill(process.pid, 'SIGKILL');
    super.exec(sql);
    if (commits && this.#moment === 'after-commit') process.kill(process.pid, 'SIGKILL');
  }
}
