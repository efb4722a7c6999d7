/** One holder of a lease as a process of its own: it reads one item again and again, and says what it saw. */
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openSqliteLog, startHearsay } from 'hearsay';
import { runProgram } from '../hosts/program.ts';

export interface HolderConfig {
  readonly node: string;
  readonly path: string;
  readonly leaseMs: number;
  /** Without a mesh nobody can ask it. */
  readonly mesh: boolean;
}

/** A read: when it was invoked on the machine's one monotonic clock, and what it yielded. */
export interface StrictRead {
  readonly invokedNs: string;
  /** The item's version, or the code of the error that refused it. */
  readonly yielded: number | string;
}

/** Of all reads since the start, the last invocation that yielded each version. */
export interface ReadRecord {
  readonly reads: number;
  readonly hits: number;
  readonly lastInvokedNs: Readonly<Record<string, string>>;
}

/** Stops this very process between the readings of the clocks and their comparison, when it is armed. */
let isArmed = false;
const clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => {
    const wallMs = Date.now();
    if (isArmed) {
      isArmed = false;
      process.kill(process.pid, 'SIGSTOP');
    }
    return wallMs;
  },
};

let isDark = false;
let record = { reads: 0, lastInvokedNs: new Map<number, bigint>() };
let isReading = false;
let stopped: Promise<void> = Promise.resolve();
let holder: Awaited<ReturnType<typeof open>>;

async function start(config: HolderConfig): Promise<void> {
  holder = await open(config);
  while (holder.hearsay.status().strictScopes[0]?.rightForMs === 0) await holder.read();
}

async function open({ node, path, leaseMs, mesh }: HolderConfig) {
  const db = new DatabaseSync(path, { timeout: 2000 });
  const select = db.prepare('SELECT version FROM item');
  const opened = await openSqliteLog({ path });
  const log = {
    leases: {
      commitLease: lit(opened.leases.commitLease.bind(opened.leases)),
      readLeases: lit(opened.leases.readLeases.bind(opened.leases)),
      removeLeases: lit(opened.leases.removeLeases.bind(opened.leases)),
    },
    discovery: opened.discovery,
    poll: lit(opened.poll.bind(opened)),
    ensureScopes: opened.ensureScopes.bind(opened),
    append: opened.append.bind(opened),
    appendInTransaction: opened.appendInTransaction.bind(opened),
    write: opened.write.bind(opened) as never,
    close: opened.close.bind(opened),
  };
  const hearsay = await startHearsay({ node, log, clock, ...(mesh ? {} : { mesh: false }) });
  const consistency = { strict: { leaseMs } };
  const cache = hearsay.cache<number>('item', { ttlMs: 600_000, consistency });
  const load = () => Number(select.get()?.['version']);
  return { hearsay, cache, read: () => cache.getOrLoad('k', load) };
}

function lit<Args extends unknown[], T>(call: (...args: Args) => Promise<T>) {
  return async (...args: Args): Promise<T> => {
    if (isDark) throw new Error('the test has put the log out of reach');
    return call(...args);
  };
}

async function readOnce(): Promise<StrictRead> {
  const invokedNs = process.hrtime.bigint();
  const yielded = await holder.read().catch((error: { code?: string }) => String(error.code));
  return { invokedNs: String(invokedNs), yielded: yielded ?? 'nothing' };
}

/** Until `stopReading`, one read after the other. */
function startReading(): void {
  isReading = true;
  record = { reads: 0, lastInvokedNs: new Map() };
  stopped = (async () => {
    for (; isReading; await nextTurn()) {
      const { invokedNs, yielded } = await readOnce();
      record.reads++;
      if (typeof yielded === 'number') record.lastInvokedNs.set(yielded, BigInt(invokedNs));
    }
  })();
}

/** Resolves when so many more reads were made. */
async function readMore(count: number): Promise<void> {
  for (const enough = record.reads + count; record.reads < enough; ) await nextTurn();
}

async function stopReading(): Promise<ReadRecord> {
  isReading = false;
  await stopped;
  const last = [...record.lastInvokedNs].map(([version, ns]) => [version, String(ns)]);
  const { hits } = holder.cache.stats();
  return { reads: record.reads, hits, lastInvokedNs: Object.fromEntries(last) };
}

/** One read whose check of the lease is passed before this process stops, and one after it goes on. */
async function readAcrossStop(): Promise<StrictRead[]> {
  isArmed = true;
  const across = { invokedNs: String(process.hrtime.bigint()), yielded: holder.cache.get('k') };
  return [{ ...across, yielded: across.yielded ?? 'nothing' }, await readOnce()];
}

function goDark(): void {
  isDark = true;
}

runProgram({ start, readOnce, startReading, readMore, stopReading, readAcrossStop, goDark });
