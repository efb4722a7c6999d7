/** A node whose admin API is watched: it writes, and notes when what it follows was applied. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Hearsay, startHearsay } from 'hearsay';
import { machineClock, nowUs, pause, until } from '../time.ts';
import { serve } from '../worker.ts';

const SCOPE = 'item';
const KEY_CHARS = 96;
const BATCH = 1_000;
const CONNECT_MS = 20_000;

export interface AdminNodeConfig {
  readonly node: string;
  readonly database: string;
  /** Whether it has the admin API at all. */
  readonly isWatched: boolean;
}

/** When each version was applied, on the machine's clock. */
export type Applied = readonly (readonly [version: number, us: number])[];

let hearsay: Hearsay;
let applied: [version: number, us: number][] = [];

/** @returns where its admin API listens, if it has one */
async function start({ node, database, isWatched }: AdminNodeConfig): Promise<string | undefined> {
  hearsay = await startHearsay({
    ...{ node, log: { sqlite: database }, mesh: { listen: '127.0.0.1:0' }, clock: machineClock },
    ...(isWatched ? { admin: { listen: '127.0.0.1:0' } } : {}),
  });
  hearsay.cache(SCOPE, { ttlMs: 60_000 });
  hearsay.on('applied', ({ appliedThrough }) => applied.push([appliedThrough, nowUs()]));
  return hearsay.status().adminAddress;
}

async function connected(peers: number): Promise<void> {
  const isConnected = (): boolean => {
    const { coherence, peers: known } = hearsay.status();
    return coherence === 'coherent' && known.length === peers;
  };
  await until(`coherent with ${peers} peers`, isConnected, CONNECT_MS);
}

/** @returns the version of the last one */
async function write({ count, everyMs }: { count: number; everyMs: number }): Promise<number> {
  let token = '';
  for (let at = 0; at < count; at++) {
    await pause(everyMs);
    token = await hearsay.invalidate(SCOPE, { key: keyOf(at) });
  }
  return Number(token.split(':')[1]);
}

/** @returns what was applied since it was asked for last */
function takeApplied(): Applied {
  const taken = applied;
  applied = [];
  return taken;
}

/** Announces so many as fast as it can. */
async function drop(count: number): Promise<void> {
  for (let at = 0; at < count; at += BATCH)
    await hearsay.invalidate(
      SCOPE,
      Array.from({ length: BATCH }, (_, index) => ({ key: keyOf(at + index) })),
    );
  takeApplied();
}

/** @returns what is in use once all garbage was collected */
function liveMiB(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

function keyOf(at: number): string {
  return `lake/catalog/table-${at}/`.padEnd(KEY_CHARS, 'x');
}

serve({ start, connected, write, takeApplied, drop, liveMiB });
