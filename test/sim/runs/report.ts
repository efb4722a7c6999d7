import { FAULT_KINDS, type Fault } from '../faults.ts';
import { type PlanOptions, planOf } from '../plan.ts';
import type { Branches } from './branches.ts';
import type { Totals } from './totals.ts';

/** What a batch of runs has reached. */
export interface Report {
  /** Per kind of fault: in how many runs it was. */
  readonly runsWith: Readonly<Record<string, number>>;
  /** Per pair of kinds: in how many runs they were at work at the same time. */
  readonly together: Readonly<Record<string, number>>;
  readonly pairsNeverTogether: readonly string[];
  readonly reached: Readonly<Record<string, number>>;
  readonly branches: Branches;
}

/** A fault without a length still has its effects for a while. */
const EFFECT_MS = 1_000;

export function reportOf(
  seeds: readonly number[],
  options: PlanOptions,
  totals: Totals,
  branches: Branches,
): Report {
  const runsWith: Record<string, number> = {};
  const together: Record<string, number> = {};
  for (const seed of seeds) {
    const { faults } = planOf(seed, options);
    for (const kind of new Set(faults.map((fault) => fault.kind)))
      runsWith[kind] = (runsWith[kind] ?? 0) + 1;
    for (const pair of pairsIn(faults)) together[pair] = (together[pair] ?? 0) + 1;
  }
  const kinds = Object.keys(FAULT_KINDS).sort();
  const all = kinds.flatMap((one, i) => kinds.slice(i + 1).map((other) => `${one} + ${other}`));
  const pairsNeverTogether = all.filter((pair) => together[pair] === undefined);
  return { runsWith, together, pairsNeverTogether, reached: totals.reached, branches };
}

function pairsIn(faults: readonly Fault[]): Set<string> {
  const pairs = new Set<string>();
  for (const [i, one] of faults.entries())
    for (const other of faults.slice(i + 1)) {
      if (other.atMs > one.atMs + Math.max(EFFECT_MS, one.forMs)) continue;
      if (one.kind !== other.kind) pairs.add([one.kind, other.kind].sort().join(' + '));
    }
  return pairs;
}

export function textOf({
  runsWith,
  together,
  pairsNeverTogether,
  reached,
  branches,
}: Report): string {
  const rarest = Object.entries(together).sort(([, a], [, b]) => a - b);
  const { functions, functionsReached, unreached } = branches;
  return [
    'Faults, by the runs that had them:',
    ...rows(Object.entries(runsWith).sort(([a], [b]) => a.localeCompare(b))),
    '',
    `Pairs at work together: ${rarest.length}; never: ${pairsNeverTogether.join(', ') || 'none'}. The rarest:`,
    ...rows(rarest.slice(0, 12)),
    '',
    'Reached:',
    ...rows(Object.entries(reached)),
    '',
    `Code of protocol and cache: ${functionsReached} of ${functions} functions ran. Blocks that never did:`,
    ...unreached.map(({ file, line, code }) => `  ${file}:${line}  ${code}`),
  ].join('\n');
}

function rows(counts: readonly (readonly [string, number])[]): string[] {
  return counts.map(([name, count]) => `  ${String(count).padStart(10)}  ${name}`);
}
