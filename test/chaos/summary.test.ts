import { expect, test } from 'vitest';
import type { Outcome } from './chaos-run.ts';
import { Observer } from './observer.ts';
import type { ChaosOptions } from './options.ts';
import { hasFailed, jsonOf, summarize } from './summary.ts';

const options: ChaosOptions = {
  ...{ minutes: 2, nodes: 5, seed: 7, database: 'sqlite' },
  ...{ strict: false, json: true, sabotage: false, keep: false },
};

function outcome(): Outcome {
  const observer = new Observer();
  observer.checked.reads = 1_234_567;
  observer.checked.writes = 890;
  observer.maxStalenessUs.set('item', 1_234_567).set('grant', 99);
  const faults = new Map([
    ['split', 2],
    ['freeze', 3],
  ] as const);
  return {
    observer,
    faults,
    rounds: 2,
    restMsMax: 812.4,
    rssPeakKb: 204_800,
    processorWaitShare: 0.42,
  };
}

test('the object has these fields, in this order', () => {
  expect(jsonOf(outcome(), options)).toBe(
    '{"minutes":2,"seed":7,"database":"sqlite","faults":{"freeze":3,"split":2},' +
      '"reads":1234567,"writes":890,"violations":0,"lost":0,"maxStalenessMs":1234.6,"rssPeakMb":200}',
  );
});

test('with strict scopes the object tells of them too, and so do the words', () => {
  const strict = outcome();
  Object.assign(strict.observer.checked, { strictReads: 1_000_001, revokes: 5_000, refused: 70 });
  const { strictReads, revokes, refused } = JSON.parse(
    jsonOf(strict, { ...options, strict: true }),
  );
  expect([strictReads, revokes, refused]).toEqual([1_000_001, 5_000, 70]);
  expect(summarize(strict, { ...options, strict: true })).toMatch(
    /1.000.001 reads after 5.000 revocations; 70 more were refused/,
  );
});

test('a run without a finding passes', () => {
  expect(hasFailed(outcome())).toBe(false);
  expect(summarize(outcome(), options)).toContain('Nothing was violated and nothing was lost.');
  expect(summarize(outcome(), options)).toContain('42 % of the time');
});

test('a violation fails the run', () => {
  const failed = outcome();
  const life = failed.observer.lifeBegan('n1', 'e1', 0);
  failed.observer.ill(life, 'its process ended', 1);
  expect(hasFailed(failed)).toBe(true);
  expect(summarize(failed, options)).toContain('FAILED: 1 violations (1 × J), 0');
  expect(JSON.parse(jsonOf(failed, options))).toMatchObject({ violations: 1, lost: 0 });
});
