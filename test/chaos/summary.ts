import { grouped } from '../demo/table.ts';
import type { Outcome } from './chaos-run.ts';
import type { ChaosOptions } from './options.ts';

export function hasFailed({ observer }: Outcome): boolean {
  return observer.violations > 0 || observer.lost > 0;
}

/** The object of `--json`, and nothing else. */
export function jsonOf(
  outcome: Outcome,
  { minutes, seed, database, strict }: ChaosOptions,
): string {
  const { observer, faults, rssPeakKb } = outcome;
  const { violations, lost, checked, maxStalenessUs } = observer;
  const { strictReads, revokes, refused } = checked;
  return JSON.stringify({
    ...{ minutes, seed, database },
    faults: Object.fromEntries([...faults].sort(([a], [b]) => a.localeCompare(b))),
    ...{ reads: checked.reads, writes: checked.writes, violations, lost },
    maxStalenessMs: Math.round(Math.max(0, ...maxStalenessUs.values()) / 100) / 10,
    rssPeakMb: Math.round(rssPeakKb / 1024),
    ...(strict && { strictReads, revokes, refused }),
  });
}

/** What happened, in plain words. */
export function summarize(
  outcome: Outcome,
  { minutes, seed, nodes, database, strict }: ChaosOptions,
): string {
  const { observer, faults, rounds, restMsMax, rssPeakKb, processorWaitShare } = outcome;
  const { violations, lost, checked, maxStalenessUs } = observer;
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const staleness = [...maxStalenessUs].map(
    ([scope, us]) => `${scope} ${(us / 1000).toFixed(1)} ms`,
  );
  return [
    `${nodes} nodes over ${database}, ${minutes} minutes in ${rounds} rounds, seed ${seed}, ${grouped(total)} faults.`,
    `Checked: ${grouped(checked.reads)} reads (${grouped(checked.tokenReads)} with a token), ${grouped(checked.writes)} acknowledged writes, ${grouped(checked.departures)} dropped entries, ${grouped(checked.entriesAtRest)} entries at rest.`,
    ...(strict
      ? [
          `Of strict scopes: ${grouped(checked.strictReads)} reads after ${grouped(checked.revokes)} revocations; ${grouped(checked.refused)} more were refused.`,
        ]
      : []),
    `Stalest answers: ${staleness.join(', ')}. At rest ${grouped(Math.round(restMsMax))} ms after the faults, at worst. A process had ${grouped(Math.round(rssPeakKb / 1024))} MB at most; nodes stood in line for a processor ${(processorWaitShare * 100).toFixed(0)} % of the time.`,
    `Reached: ${counted(observer.reached)}.`,
    `Refused or failed: ${counted(observer.failures)}.`,
    hasFailed(outcome)
      ? `FAILED: ${violations} violations (${counted(observer.broken)}), ${lost} invalidations lost.`
      : 'Nothing was violated and nothing was lost.',
  ].join('\n');
}

function counted(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].sort(([a], [b]) => a.localeCompare(b));
  return parts.map(([name, count]) => `${grouped(count)} × ${name}`).join(', ') || 'nothing';
}
