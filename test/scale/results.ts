import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConvergenceRow } from './convergence.ts';
import type { Measured } from './measure.ts';
import type { Settings } from './settings.ts';
import type { SteadyRow } from './steady.ts';
import type { Compared } from './validation.ts';

/** All that docs/SCALE.md shows. */
export interface Results {
  /** Of production, when the figures were taken. */
  readonly settings: Settings;
  readonly convergence: readonly ConvergenceRow[];
  /** What other settings would do. */
  readonly options: readonly ConvergenceRow[];
  readonly steady: readonly SteadyRow[];
  readonly validation: readonly Compared[];
  readonly measured: Measured;
}

export const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const FILE = join(DOCS, 'scale', 'results.json');

export function readResults(): Results {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Results;
}

export function writeResults(results: Results): void {
  writeFileSync(FILE, `${JSON.stringify(results, null, 2)}\n`);
}
