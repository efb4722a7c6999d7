import type { Scope } from '@hearsay/spi';
import type { SimulatedDatabase } from './database.ts';

/** What broke, in one line. */
export interface Violation {
  readonly invariant: 'A' | 'B' | 'J';
  readonly text: string;
}

/** Sees every commit and every read, and says what may not have happened. */
export class Oracle {
  readonly violations: Violation[] = [];
  reads = 0;
  readonly #database: SimulatedDatabase;

  constructor(database: SimulatedDatabase) {
    this.#database = database;
  }

  /**
   * B: the value was the committed one at some moment within the bound before the read was invoked,
   * or later. J: it was committed at all.
   */
  served(node: string, scope: Scope, key: string, value: number, at: ReadAt): void {
    this.reads++;
    if (value === 0) return;
    const reigns = this.#database.reignsOf(scope, key).filter((reign) => reign.value === value);
    if (reigns.length === 0)
      this.#say('J', `${node} served ${scope}/${key} = ${value}: never committed`);
    const sinceMs = at.invokedMs - at.boundedMs;
    if (reigns.some(({ toMs }) => toMs >= sinceMs)) return;
    const lateMs = sinceMs - Math.max(...reigns.map(({ toMs }) => toMs));
    this.#say(
      'B',
      `${node} served ${scope}/${key} = ${value} ${lateMs.toFixed(1)} ms past its bound`,
    );
  }

  /** A: at rest no cache holds what a committed invalidation covers. */
  atRest(node: string, scope: Scope, key: string, cached: number | undefined): void {
    const truth = this.#database.read(scope, key);
    if (cached === undefined || cached === truth) return;
    this.#say('A', `${node} holds ${scope}/${key} = ${cached} at rest; committed is ${truth}`);
  }

  /** J: after faults end every node is coherent again, and has applied all. */
  recovered(node: string, coherence: string, behind: readonly string[]): void {
    if (coherence !== 'coherent')
      this.#say('J', `${node} is ${coherence} after the faults have ended`);
    for (const text of behind) this.#say('J', `${node} is behind: ${text}`);
  }

  #say(invariant: Violation['invariant'], text: string): void {
    this.violations.push({ invariant, text });
  }
}

export interface ReadAt {
  readonly invokedMs: number;
  /** `Infinity` for an eventual scope. */
  readonly boundedMs: number;
}
