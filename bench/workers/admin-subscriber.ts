/** Subscribers of one node's events, all in one process: notes when each heard of each version. */
import { AdminClient } from '@hearsay/admin/client';
import { percentile, worst } from '../statistics.ts';
import { nowUs, until } from '../time.ts';
import { serve } from '../worker.ts';
import type { Applied } from './admin-node.ts';

const WAIT_MS = 30_000;

export interface Delays {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** Per subscriber, the time at which it heard of a version. */
let heardUs: Map<number, number>[] = [];
let stop = new AbortController();

/** Resolves once all of them are subscribed. */
async function subscribe({ url, count }: { url: string; count: number }): Promise<void> {
  stop.abort();
  stop = new AbortController();
  heardUs = Array.from({ length: count }, () => new Map());
  let subscribed = 0;
  const listen = async (heard: Map<number, number>): Promise<void> => {
    for await (const { type, data } of new AdminClient({ url }).events({ signal: stop.signal })) {
      if (type === 'applied') heard.set(data.appliedThrough, nowUs());
      if (type === 'reset' && data.reason === 'subscribed') subscribed++;
    }
  };
  for (const heard of heardUs) void listen(heard);
  await until(`${count} subscribers`, () => subscribed === count, WAIT_MS);
}

/** Resolves once all have heard of this version. */
async function heard(version: number): Promise<void> {
  const haveAll = (): boolean => heardUs.every((heard) => heard.has(version));
  await until(`version ${version} at all subscribers`, haveAll, WAIT_MS);
}

/** @returns the time from each application to each subscriber; forgets what was heard */
function delays(applied: Applied): Delays {
  const delaysMs = heardUs.flatMap((heard) =>
    applied.flatMap(([version, us]) => {
      const at = heard.get(version);
      return at === undefined ? [] : [(at - us) / 1000];
    }),
  );
  if (delaysMs.length < applied.length * heardUs.length)
    throw new Error(`${applied.length * heardUs.length - delaysMs.length} events were not heard`);
  for (const heard of heardUs) heard.clear();
  return {
    p50Ms: percentile(delaysMs, 0.5),
    p99Ms: percentile(delaysMs, 0.99),
    maxMs: worst(delaysMs),
  };
}

serve({ subscribe, heard, delays });
