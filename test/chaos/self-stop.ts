import { readFileSync } from 'node:fs';

/** Stops this very process at a place in its own code that no signal from outside could meet. */
export class SelfStop {
  #isArmed = false;

  get isArmed(): boolean {
    return this.#isArmed;
  }

  /** The next {@link pass} stops. */
  arm(): void {
    this.#isArmed = true;
  }

  /** Stands still here until SIGCONT, if armed. */
  pass(): void {
    if (!this.#isArmed) return;
    this.#isArmed = false;
    process.kill(process.pid, 'SIGSTOP');
  }
}

/** @returns whether the process stands still; `false` also when it has ended */
export function isStopped(pid: number): boolean {
  try {
    // "pid (name) state …"
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
