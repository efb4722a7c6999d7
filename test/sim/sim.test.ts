import { describe, expect, it } from 'vitest';
import { run } from './cluster.ts';
import { FAULT_KINDS } from './faults.ts';
import { type PlanOptions, planOf } from './plan.ts';
import { perform } from './runs/outcome.ts';
import { replayOf } from './runs/replay.ts';
import { shrink } from './runs/shrink.ts';

/** Small clusters and short runs; `npm run sim` has the large ones. */
const SMALL: PlanOptions = { nodes: 4, seconds: 18 };
const SEEDS = 200;

describe('simulated clusters', () => {
  it(`break no invariant in ${SEEDS} runs, whatever happens to them (A to J)`, async () => {
    const faults: Record<string, number> = {};
    let reads = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = await perform({ seed, plan: SMALL });
      expect(outcome.violations, replayOf({ seed, plan: SMALL })).toEqual([]);
      for (const [kind, count] of Object.entries(outcome.faults))
        faults[kind] = (faults[kind] ?? 0) + count;
      reads += outcome.reached['reads'] ?? 0;
    }
    expect(Object.keys(faults).sort()).toEqual(Object.keys(FAULT_KINDS).sort());
    expect(reads).toBeGreaterThan(SEEDS * 100);
  }, 120_000);

  it('of the default size break none either', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const outcome = await perform({ seed, plan: {} });
      expect(outcome.violations, replayOf({ seed, plan: {} })).toEqual([]);
    }
  }, 60_000);

  it('do the same again for the same seed', async () => {
    const traceOf = async (seed: number) => {
      const lines: string[] = [];
      const result = await run(planOf(seed, SMALL), { trace: (line) => lines.push(line) });
      return { lines, result };
    };
    const first = await traceOf(7);
    expect(await traceOf(7)).toEqual(first);
    expect((await traceOf(8)).lines).not.toEqual(first.lines);
  });

  it('lose nothing of a schedule but what is left out', () => {
    const { faults } = planOf(3, SMALL);
    const kept = planOf(3, { ...SMALL, keep: [0, 2] }).faults;
    expect(kept).toEqual([faults[0], faults[2]]);
  });
});

describe('a failing run', () => {
  it('is shrunk to a shorter one that breaks the same, and that its command replays', async () => {
    const task = { seed: 1, plan: { seconds: 30 }, mutation: 'reset-chain-broken' };
    const failing = await firstFailing(task);
    const shrunk = await shrink(failing);
    const before = await perform({ ...failing, untilViolation: true });
    expect(shrunk?.outcome.violations[0]?.broken).toBe(before.violations[0]?.broken);
    const sizeOf = ({ seed, plan }: typeof failing) => {
      const { nodes, faults } = planOf(seed, plan);
      return nodes + faults.length;
    };
    expect(sizeOf(shrunk?.task as typeof failing)).toBeLessThan(sizeOf(failing));
    const again = await perform({ ...(shrunk?.task as typeof failing), untilViolation: true });
    expect(again.violations).toEqual(shrunk?.outcome.violations);
  }, 60_000);

  it('that does not fail is not shrunk', async () => {
    expect(await shrink({ seed: 1, plan: SMALL })).toBeUndefined();
  });
});

async function firstFailing(task: Parameters<typeof perform>[0]): Promise<typeof task> {
  for (let { seed } = task; ; seed++) {
    const { violationCount } = await perform({ ...task, seed, untilViolation: true });
    if (violationCount > 0) return { ...task, seed };
  }
}
