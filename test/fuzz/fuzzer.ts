import { SeededRandom } from '@hearsay/testkit';
import { Coverage } from './coverage.ts';
import { mutated } from './mutations.ts';
import type { Target } from './targets.ts';

const BATCH = 256;
const CORPUS_MAX = 4_096;

export interface FuzzOptions {
  readonly target: Target;
  /** The same seed makes the same inputs in the same order. */
  readonly seed: number;
  /** Asked after every batch. */
  readonly goesOn: (executions: number) => boolean;
  /** Told of every input before it is tried. */
  readonly onInput?: (input: Uint8Array) => void;
}

export interface FuzzResult {
  readonly executions: number;
  readonly blocks: number;
  readonly corpus: number;
  readonly finding?: { readonly input: Uint8Array; readonly error: unknown };
}

/**
 * Tries changed copies of known inputs and keeps those that reach code that none before them did.
 * Once per thread: V8 counts no blocks in what it has optimized before.
 * Source: the loop of AFL (Zalewski, 2013), with V8's block coverage as feedback.
 */
export function fuzz({ target, seed, goesOn, onInput }: FuzzOptions): FuzzResult {
  const random = new SeededRandom(seed);
  const corpus = target.corpus();
  const coverage = new Coverage(target.covers);
  let executions = 0;
  let finding: FuzzResult['finding'];

  const isFine = (input: Uint8Array): boolean => {
    onInput?.(input);
    executions++;
    try {
      target.run(input);
      return true;
    } catch (error) {
      finding = { input, error };
      return false;
    }
  };

  /** Halves a batch that reached something new until it is clear which inputs did. */
  const keepNew = (batch: readonly Uint8Array[]): void => {
    for (const input of batch) target.run(input);
    const fresh = coverage.take();
    if (fresh.length === 0) return;
    const [only, second] = batch;
    if (only && !second) {
      coverage.keep(fresh);
      if (corpus.length < CORPUS_MAX) corpus.push(only);
      return;
    }
    const middle = batch.length >> 1;
    keepNew(batch.slice(0, middle));
    keepNew(batch.slice(middle));
    // What runs only once, such as a lazy initialization, belongs to no input.
    coverage.keep(fresh);
  };

  try {
    let batch: Uint8Array[] = [...corpus];
    do {
      if (!batch.every(isFine)) break;
      if (coverage.take().length > 0) keepNew(batch);
      batch = Array.from({ length: BATCH }, () => mutated(corpus, random));
    } while (goesOn(executions));
    const { blocks } = coverage;
    const result = { executions, blocks, corpus: corpus.length };
    return finding ? { ...result, finding } : result;
  } finally {
    coverage.close();
  }
}
