import { expect, test } from 'vitest';
import { CALL_DEADLINE_MS, RepeatedCall } from '../../src/discovery/repeated-call.js';

/** A call whose every run is settled by the test. */
function controlled() {
  const runs: PromiseWithResolvers<number>[] = [];
  const answers: number[] = [];
  const failures: string[] = [];
  const repeated = new RepeatedCall<number>({
    call: () => {
      const run = Promise.withResolvers<number>();
      runs.push(run);
      return run.promise;
    },
    everyMs: 1_000,
    onAnswer: (answer) => answers.push(answer),
    onFailure: (error) => failures.push((error as Error).message),
  });
  return { repeated, runs, answers, failures };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('calls start at once and then at every interval, one at a time', async () => {
  const { repeated, runs, answers } = controlled();
  repeated.tick(5);
  repeated.tick(1_005);
  expect(runs).toHaveLength(1);
  runs[0]?.resolve(1);
  await settled();
  repeated.tick(1_004);
  expect(runs).toHaveLength(1);
  repeated.tick(1_005);
  expect(runs).toHaveLength(2);
  expect(answers).toEqual([1]);
});

test('a failure is reported and the call is made again, for ever', async () => {
  const { repeated, runs, failures } = controlled();
  for (let i = 0; i < 100; i++) {
    repeated.tick(i * 1_000);
    runs[i]?.reject(new Error(`no ${i}`));
    await settled();
  }
  expect(runs).toHaveLength(100);
  expect(failures).toEqual(Array.from({ length: 100 }, (_, i) => `no ${i}`));
});

test('a call that never answers is given up at its deadline and made again, ever less often', () => {
  const { repeated, runs, failures } = controlled();
  repeated.tick(0);
  repeated.tick(CALL_DEADLINE_MS - 1);
  expect(failures).toEqual([]);
  const starts: number[] = [];
  const dayMs = 86_400_000;
  for (let nowMs = CALL_DEADLINE_MS; nowMs < dayMs; nowMs += 500) {
    const before = runs.length;
    repeated.tick(nowMs);
    if (runs.length > before) starts.push(nowMs);
  }
  expect(failures[0]).toBe('no answer within 10000 ms');
  expect(starts.slice(0, 3)).toEqual([11_000, 23_000, 37_000]);
  const gaps = starts.slice(1).map((ms, i) => ms - (starts[i] ?? 0));
  expect(Math.max(...gaps)).toBe(600_000 + CALL_DEADLINE_MS);
  expect(gaps.at(-1)).toBe(600_000 + CALL_DEADLINE_MS);
});

test('a late answer counts, and ends the waiting', async () => {
  const { repeated, runs, answers } = controlled();
  repeated.tick(0);
  repeated.tick(CALL_DEADLINE_MS);
  runs[0]?.resolve(7);
  await settled();
  expect(answers).toEqual([7]);
  repeated.tick(CALL_DEADLINE_MS + 1_000);
  expect(runs).toHaveLength(2);
});

test('an answer that a later call has overtaken does not count', async () => {
  const { repeated, runs, answers } = controlled();
  repeated.tick(0);
  repeated.tick(CALL_DEADLINE_MS);
  repeated.tick(CALL_DEADLINE_MS + 1_000);
  runs[1]?.resolve(2);
  await settled();
  runs[0]?.resolve(1);
  await settled();
  expect(answers).toEqual([2]);
});

test('an answer that cannot be used is a failure of the call', async () => {
  const failures: unknown[] = [];
  const repeated = new RepeatedCall({
    call: async () => undefined as unknown as number[],
    everyMs: 1,
    onAnswer: (answer) => answer.length,
    onFailure: (error) => failures.push(error),
  });
  repeated.tick(0);
  await settled();
  expect(failures[0]).toBeInstanceOf(TypeError);
});
