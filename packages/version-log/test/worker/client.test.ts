import { LogUnavailableError } from '@hearsay/spi';
import { expect, onTestFinished, test } from 'vitest';
import { CALLS_WAITING_MAX, WorkerClient } from '../../src/worker/client.js';

const OPTIONS = {
  driver: 'node:sqlite',
  path: '',
  tablePrefix: '',
  busyTimeoutMs: 1,
  waitMs: 1,
  discoveryWindowMs: 1,
} as const;

/** A client of the worker beside this file, which does what the name of a scope says. */
function scripted(): (what: string, timeoutMs?: number) => Promise<unknown> {
  const client = new WorkerClient(OPTIONS, new URL('scripted-worker.ts', import.meta.url));
  onTestFinished(() => client.close(10));
  return (what, timeoutMs = 20_000) => client.call('prune', [what as never], timeoutMs);
}

test.each(['exit', 'throw', 'eat memory'])(
  'a worker that dies (%s) fails its calls, and the next call starts another',
  async (how) => {
    const call = scripted();
    expect(await call('count')).toBe(1);
    expect(await call('count')).toBe(2);
    const [dying, behind] = [call(how), call('count')];
    await expect(dying).rejects.toThrow(LogUnavailableError);
    await expect(behind).rejects.toThrow(LogUnavailableError);
    expect(await call('count')).toBe(1);
  },
);

test('a call that is late fails alone; its answer is thrown away', async () => {
  const call = scripted();
  const silent = call('hold', 1);
  await expect(silent).rejects.toThrow('within 1 ms');
  expect(await call('count')).toBe(1);
  expect(await call('release')).toBe('released');
  expect(await call('count')).toBe(2);
});

test(`${CALLS_WAITING_MAX} calls may wait for a worker that hangs, and not one more`, async () => {
  const call = scripted();
  const held = Array.from({ length: CALLS_WAITING_MAX - 1 }, () => call('hold', 1));
  for (const outcome of await Promise.allSettled(held)) expect(outcome.status).toBe('rejected');
  expect(await call('count')).toBe(1);
  await expect(call('hold', 1)).rejects.toThrow('within 1 ms');
  await expect(call('count')).rejects.toThrow(`${CALLS_WAITING_MAX} calls wait`);
});
