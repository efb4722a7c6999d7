import { describe, expect, test } from 'vitest';
import type { Outcome } from './demonstration.ts';
import type { DemoOptions } from './options.ts';
import { failures, jsonOf, summarize } from './summary.ts';
import type { Verdict } from './verdict.ts';

const OPTIONS: DemoOptions = {
  ...{ nodes: 5, seconds: 10, seed: 1, json: false, without: 'nothing', keep: false },
};

function outcome(verdict: Partial<Verdict> = {}, load = { writes: 2_000, reads: 50_000 }): Outcome {
  return {
    verdict: {
      ...{ violations: 0, violationsShown: [], lost: 0, lostShown: [], hits: 45_000 },
      convergenceMs: { p50: 1, p99: 20, max: 300 },
      isolated: { detectMs: 2_000, catchUpMs: { p50: 100, p99: 250 } },
      restart: { coherentAfterMs: 500 },
      checked: {
        ...{ converged: 1_500, caughtUp: 300, reads: 9_000 },
        ...{ departures: 8_000, tokenReads: 80, entriesAtRest: 2_000 },
      },
      ...verdict,
    },
    totals: { ...load, aborted: 20, failed: 1 },
    schedule: {
      ...{ killedNode: 1, killMs: 3_333, restartMs: 5_333 },
      ...{ cutNode: 2, cutMs: 5_000, healMs: 9_000, endMs: 10_000 },
    },
    packages: 300,
  };
}

describe('a run fails', () => {
  test('not when all went well, at exactly the least load', () => {
    expect(failures(outcome(), OPTIONS)).toEqual([]);
  });

  test.each([
    ['by one violation', outcome({ violations: 1 })],
    ['by one lost write', outcome({ lost: 1 })],
    ['below 200 writes a second', outcome({}, { writes: 1_999, reads: 50_000 })],
    ['below 5,000 reads a second', outcome({}, { writes: 2_000, reads: 49_999 })],
    [
      'when the cut was never noticed',
      outcome({ isolated: { detectMs: null, catchUpMs: { p50: null, p99: null } } }),
    ],
    ['when the restarted node never was coherent', outcome({ restart: { coherentAfterMs: null } })],
  ])('%s', (_, bad) => {
    expect(failures(bad, OPTIONS)).toHaveLength(1);
    expect(summarize(bad, OPTIONS)).toContain('FAILED');
  });
});

test('the object of --json has exactly the agreed fields', () => {
  expect(JSON.parse(jsonOf(outcome(), OPTIONS))).toEqual({
    ...{ nodes: 5, seconds: 10, seed: 1, writes: 2_000, reads: 50_000, hits: 45_000 },
    ...{ violations: 0, lost: 0 },
    convergenceMs: { p50: 1, p99: 20, max: 300 },
    isolated: { detectMs: 2_000, catchUpMs: { p50: 100, p99: 250 } },
    restart: { coherentAfterMs: 500 },
  });
});
