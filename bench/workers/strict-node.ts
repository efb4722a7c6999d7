/** One node with a strict scope, which it reads all the while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cache, type Hearsay, startHearsay } from 'hearsay';
import { nowUs, until } from '../time.ts';
import { serve } from '../worker.ts';

const READ_EVERY_MS = 2;
const WAIT_MS = 30_000;

export interface StrictNodeConfig {
  readonly node: string;
  readonly path: string;
  readonly leaseMs: number;
}

export interface Revocations {
  readonly count: number;
  readonly everyMs: number;
}

export interface TimedRevocation {
  /** From the call to the return. */
  readonly ms: number;
  readonly acknowledged: number;
  readonly waitedOut: number;
}

let hearsay: Hearsay;
let cache: Cache<number>;

async function start({ node, path, leaseMs }: StrictNodeConfig): Promise<void> {
  hearsay = await startHearsay({ node, log: { sqlite: path } });
  const consistency = { strict: { leaseMs } };
  cache = hearsay.cache<number>('item', { ttlMs: 3_600_000, consistency });
  setInterval(() => cache.getOrLoad('k', () => 1).catch(() => undefined), READ_EVERY_MS);
}

/** Resolves once this node sees all members and holds a right. */
async function holds(members: number): Promise<void> {
  const alive = () => hearsay.members().filter(({ state }) => state === 'alive').length;
  const rightForMs = () => hearsay.status().strictScopes[0]?.rightForMs ?? 0;
  await until('a right and all members', () => alive() === members && rightForMs() > 0, WAIT_MS);
}

/** Until the lease table is known to name every holder (rule S4). */
async function watch(): Promise<void> {
  while (!(await hearsay.revoke('item', { key: 'k' })).vouched);
}

async function revoke({ count, everyMs }: Revocations): Promise<TimedRevocation[]> {
  const timed: TimedRevocation[] = [];
  for (let at = 0; at < count; at++) {
    const startUs = nowUs();
    const { acknowledged, waitedOut } = await hearsay.revoke('item', { key: 'k' });
    const ms = (nowUs() - startUs) / 1000;
    timed.push({ ms, acknowledged: acknowledged.length, waitedOut: waitedOut.length });
    await sleep(everyMs);
  }
  return timed;
}

serve({ start, holds, watch, revoke });
