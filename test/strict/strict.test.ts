import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Hearsay, startHearsay } from 'hearsay';
import { afterEach, describe, expect, test } from 'vitest';
import { HostProcess, nodeCommand } from '../hosts/host-process.ts';
import type { HolderConfig, ReadRecord, StrictRead } from './holder.ts';

const HOLDER = fileURLToPath(new URL('holder.ts', import.meta.url));
const LEASE_MS = 1000;
/** What the refusal of a strict read says. */
const REFUSED = 'HEARSAY_STRICT_REFUSED';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Setting {
  readonly db: DatabaseSync;
  readonly revoker: Hearsay;
  readonly holder: HostProcess;
}

/** A revoker in this process and a holder in another, over one database with one item. */
async function setting(holds: Partial<HolderConfig> = {}): Promise<Setting> {
  const directory = mkdtempSync(join(tmpdir(), 'hearsay-strict-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'data.db');
  const db = new DatabaseSync(path, { timeout: 2000 });
  cleanups.push(() => db.close());
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec('CREATE TABLE item (version INTEGER NOT NULL); INSERT INTO item VALUES (0)');
  const revoker = await startHearsay({ node: 'revoker', log: { sqlite: path } });
  cleanups.push(() => revoker.close());
  const holder = new HostProcess('holder', nodeCommand(HOLDER), {});
  cleanups.push(() => {
    holder.continue();
    return holder.kill();
  });
  const config = { node: 'holder', path, leaseMs: LEASE_MS, mesh: true, ...holds };
  await holder.ask('start', config);
  // The lease table is trusted once its database was watched for as long as a lease lasts (S4).
  while (!(await revoker.revoke('item', { key: 'k' })).vouched);
  return { db, revoker, holder };
}

/** Writes the next version and revokes the item. @returns the version, and when nobody serves an older one */
async function revokeNext({ db, revoker }: Setting) {
  const { value, ...result } = await revoker.writeAndRevoke(db, (tx) => {
    tx.invalidate('item', { key: 'k' });
    return Number(
      db.prepare('UPDATE item SET version = version + 1 RETURNING version').get()?.['version'],
    );
  });
  return { version: value, returnedNs: process.hrtime.bigint(), ...result };
}

/** Resolves once it stands still by its own doing; the kernel tells nobody else. */
async function untilStopped(holder: HostProcess): Promise<void> {
  while (!/\) T /.test(readFileSync(`/proc/${holder.pid}/stat`, 'latin1'))) await nextTurn();
}

type Revocation = Awaited<ReturnType<typeof revokeNext>>;

/** In every third round the holder stands still, and goes on while the revocation waits or after it. */
async function revokeAcrossStop(all: Setting, round: number): Promise<Revocation> {
  const revoked = revokeNext(all);
  if (round % 3 === 0) await all.holder.freeze();
  if (round % 6 === 0) all.holder.continue();
  const revocation = await revoked;
  all.holder.continue();
  return revocation;
}

/** Reads that were invoked after a revocation had returned, and yielded what it revoked. */
function lateReads({ lastInvokedNs }: ReadRecord, revocations: readonly Revocation[]): string[] {
  const lasts = Object.entries(lastInvokedNs).map(
    ([yielded, ns]) => [Number(yielded), BigInt(ns)] as const,
  );
  return revocations.flatMap(({ version, returnedNs }) =>
    lasts
      .filter(([yielded, invokedNs]) => yielded < version && invokedNs > returnedNs)
      .map(([yielded]) => `${yielded} was yielded after its revocation by ${version}`),
  );
}

describe('a holder that is a process of its own', () => {
  test('acknowledges a revocation, and then does not yield the old value (C, S2, S3)', async () => {
    const all = await setting();
    expect((await all.holder.ask<StrictRead>('readOnce')).yielded).toBe(0);
    const { acknowledged, waitedOut } = await revokeNext(all);
    expect(acknowledged.map(({ node }) => node)).toEqual(['holder']);
    expect(waitedOut).toEqual([]);
    expect((await all.holder.ask<StrictRead>('readOnce')).yielded).toBe(1);
  });

  test('stopped between the check of its lease and its end yields the old value to the read of before, and to none after (C, F1)', async () => {
    const all = await setting();
    await all.holder.ask('readOnce');
    const reads = all.holder.ask<StrictRead[]>('readAcrossStop');
    await untilStopped(all.holder);
    const { returnedNs, waitedOut } = await revokeNext(all);
    expect(waitedOut.map(({ node }) => node)).toEqual(['holder']);
    all.holder.continue();
    const [across, after] = await reads;
    // It was invoked before the revocation returned, and had passed its check: this is allowed.
    expect(across?.yielded).toBe(0);
    expect(BigInt(across?.invokedNs ?? 0)).toBeLessThan(returnedNs);
    expect(after?.yielded).toBe(1);
    expect(BigInt(after?.invokedNs ?? 0)).toBeGreaterThan(returnedNs);
  });

  test('cut off from everyone and from the log is waited out, and refuses (C, S2)', async () => {
    const all = await setting({ mesh: false });
    expect((await all.holder.ask<StrictRead>('readOnce')).yielded).toBe(0);
    await all.holder.ask('goDark');
    const { waitedOut, vouched } = await revokeNext(all);
    expect([waitedOut.map(({ node }) => node), vouched]).toEqual([['holder'], true]);
    expect((await all.holder.ask<StrictRead>('readOnce')).yielded).toBe(REFUSED);
  });

  test('reading all the while, stopped and continued at any moment, never yields what was revoked (C)', async () => {
    const all = await setting();
    await all.holder.ask('startReading');
    const revocations: Revocation[] = [];
    for (let round = 0; round < 12; round++) {
      await all.holder.ask('readMore', 100);
      revocations.push(await revokeAcrossStop(all, round));
    }
    const record = await all.holder.ask<ReadRecord>('stopReading');
    expect(record.hits).toBeGreaterThan(1000);
    expect(lateReads(record, revocations)).toEqual([]);
  });
});
