import { nowUs } from '../demo/clock.ts';
import type { Finding } from './findings.ts';
import { seconds } from './violation.ts';

const BEFORE_US = 15_000_000;
const AFTER_US = 1_000_000;

interface Line {
  readonly us: number;
  readonly text: string;
}

/** What was done to the cluster and what became of it, readable, in the order of time. */
export class FaultRecord {
  readonly #lines: Line[] = [];
  readonly #beganUs = nowUs();
  readonly #print: (line: string) => void;

  /** @param print called with every line */
  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  note(text: string): void {
    const line = { us: nowUs(), text };
    this.#lines.push(line);
    this.#print(this.#format(line));
  }

  /** Prints what broke, what led to it on the node, and what was done to the cluster before. */
  show({ violation, trail }: Finding): void {
    const { invariant, node, atUs, what } = violation;
    this.#print(`VIOLATION of ${invariant} on ${node}: ${what}`);
    for (const line of trail) this.#print(`    ${line}`);
    const before = this.#lines.filter(({ us }) => us >= atUs - BEFORE_US && us <= atUs + AFTER_US);
    this.#print(before.length === 0 ? '    what was done: nothing' : '    what was done:');
    for (const line of before) this.#print(`      ${this.#format(line)}`);
  }

  /** On the clock of the violations, and since the beginning. */
  #format({ us, text }: Line): string {
    return `${seconds(us)} (+${((us - this.#beganUs) / 1e6).toFixed(1)} s) ${text}`;
  }
}
