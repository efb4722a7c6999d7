import type { Outcome } from './demonstration.ts';
import type { DemoOptions } from './options.ts';
import { grouped } from './table.ts';
import type { Verdict } from './verdict.ts';

/** Per second, in all. */
const LOAD_MIN = { writes: 200, reads: 5_000 } as const;

/** @returns why the run failed, a line each; none when it passed */
export function failures({ verdict, totals }: Outcome, { seconds }: DemoOptions): string[] {
  const lines: string[] = [];
  const { violations, lost, isolated, restart } = verdict;
  if (violations > 0) lines.push(`${violations} violations of the invariants`);
  if (lost > 0) lines.push(`${lost} writes lost`);
  if (totals.writes < LOAD_MIN.writes * seconds)
    lines.push(
      `only ${rate(totals.writes, seconds)} writes a second; at least ${LOAD_MIN.writes} are wanted`,
    );
  if (totals.reads < LOAD_MIN.reads * seconds)
    lines.push(
      `only ${rate(totals.reads, seconds)} reads a second; at least ${LOAD_MIN.reads} are wanted`,
    );
  if (isolated.detectMs === null) lines.push('the node that was cut off never noticed');
  if (restart.coherentAfterMs === null)
    lines.push('the node that was killed never became coherent again');
  return lines;
}

/** The object of `--json`, and nothing else. */
export function jsonOf({ verdict, totals }: Outcome, options: DemoOptions): string {
  const { violations, lost, hits, convergenceMs, isolated, restart } = verdict;
  const { nodes, seconds, seed } = options;
  const { writes, reads } = totals;
  return JSON.stringify({
    ...{ nodes, seconds, seed, writes, reads, hits, violations, lost },
    ...{ convergenceMs, isolated, restart },
  });
}

/** What happened, in plain words. */
export function summarize(outcome: Outcome, options: DemoOptions): string {
  const { verdict, totals, schedule, packages } = outcome;
  const { nodes, seconds, seed } = options;
  const { checked, convergenceMs, isolated, restart } = verdict;
  const name = (index: number): string => `node-${index + 1}`;
  const cutS = ((schedule.healMs - schedule.cutMs) / 1000).toFixed(1);
  const failed = failures(outcome, options);
  const paragraphs = [
    `${nodes} processes cached a catalogue of ${packages} installed packages over one SQLite file for ${seconds} s (seed ${seed}).`,
    `Clients made ${grouped(totals.writes)} writes (${grouped(totals.aborted)} more were rolled back on purpose) and ${grouped(totals.reads)} reads, of which memory answered ${grouped(verdict.hits)}; ${grouped(totals.failed)} requests were never answered.`,
    `While all were connected, a write had been applied on every process ${ms(convergenceMs.p50)} after its commit (median), ${ms(convergenceMs.p99)} in 99 of 100 cases, ${ms(convergenceMs.max)} at most.`,
    `${name(schedule.killedNode)} died by SIGKILL between a commit and its gossip, and was coherent ${ms(restart.coherentAfterMs)} after it was started again.`,
    `${name(schedule.cutNode)} was cut off for ${cutS} s, noticed after ${ms(isolated.detectMs)}, and went on by polling the database: half of the writes reached it within ${ms(isolated.catchUpMs.p50)}, 99 of 100 within ${ms(isolated.catchUpMs.p99)}.`,
    `The observer judged ${grouped(checked.reads)} reads of its own, ${grouped(checked.departures)} dropped entries, ${grouped(checked.tokenReads)} reads with a token, and compared ${grouped(checked.entriesAtRest)} cached entries with the database at the end.`,
    ...shown(verdict),
    failed.length === 0
      ? 'Nothing was violated and nothing was lost.'
      : `FAILED: ${failed.join('; ')}.`,
  ];
  return paragraphs.join('\n');
}

function shown({ violationsShown, lostShown }: Verdict): string[] {
  const violations = violationsShown.map(
    ({ invariant, node, what }) => `  invariant ${invariant}, ${node}: ${what}`,
  );
  return [...violations, ...lostShown.map((line) => `  lost, ${line}`)];
}

function ms(value: number | null): string {
  return value === null
    ? '(never)'
    : `${value < 100 ? value.toFixed(1) : grouped(Math.round(value))} ms`;
}

function rate(count: number, seconds: number): number {
  return Math.floor(count / seconds);
}
