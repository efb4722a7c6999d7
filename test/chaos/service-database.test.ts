import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hearsay, startHearsay } from '@hearsay/embed';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDatabase } from './create-database.ts';
import { KEYS } from './keys.ts';
import { type NodeStore, RolledBackError } from './node-store.ts';
import { openNodeStore } from './open-node-store.ts';
import { postgresLacks } from './postgres-server.ts';
import { SCOPE_NAMES } from './scopes.ts';
import {
  type Committed,
  type DatabaseKind,
  type ServiceDatabase,
  TROUBLES,
  type Trouble,
} from './service-database.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const KEY = KEYS[0] as string;
const KINDS = Object.keys(TROUBLES) as DatabaseKind[];
const NOTHING: Committed = { revisions: [], invalidations: [] };

let directory: string;
let database: ServiceDatabase | undefined;
let store: NodeStore;
let hearsay: Hearsay | undefined;

async function start(kind: DatabaseKind): Promise<ServiceDatabase> {
  database = await createDatabase(kind, directory);
  store = openNodeStore({ kind, address: database.address });
  hearsay = await startHearsay({ node: 'n1', log: store.log, mesh: false });
  return database;
}

async function write(id: number, scope = 'item', key = KEY): Promise<unknown> {
  if (!hearsay) throw new Error('not started');
  const plan = { changes: [{ scope, target: { key } }], isRolledBack: false, revokes: false };
  return store.write(hearsay, id, plan);
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hearsay-chaos-test-'));
});

afterEach(async () => {
  await hearsay?.close();
  await database?.close();
  hearsay = undefined;
  database = undefined;
  rmSync(directory, { recursive: true, force: true });
});

describe.each(KINDS)('the service on %s', (kind) => {
  beforeEach((context) => {
    const lack = kind === 'postgres' ? postgresLacks() : undefined;
    if (lack !== undefined) context.skip(lack);
    if (process.getuid?.() !== 0 && kind === 'postgres') context.skip('only root may be nobody');
  });

  test('has every row in its first revision, and nothing was committed yet', async () => {
    const { readCommitted } = await start(kind);
    for (const scope of SCOPE_NAMES)
      for (const key of KEYS)
        expect(await store.find(scope, key)).toEqual({ revision: 1, write: 0 });
    expect(await readCommitted.call(database)).toEqual(NOTHING);
  });

  test('tells once what is committed, with its row of the log, and never what is rolled back', async () => {
    const started = await start(kind);
    await write(7);
    const changes = [
      { scope: 'grant', target: { prefix: 'g1' } },
      { scope: 'item', target: { all: true } as const },
    ];
    const rolledBack = store.write(hearsay as Hearsay, 8, {
      changes,
      isRolledBack: true,
      revokes: false,
    });
    await expect(rolledBack).rejects.toThrow(RolledBackError);
    const { row } = await store.write(hearsay as Hearsay, 9, {
      changes,
      isRolledBack: false,
      revokes: false,
    });
    expect(row?.key).toMatch(/^g1\//);
    expect(row?.revision).toBe(2);
    const { revisions, invalidations } = (await started.readCommitted()) ?? NOTHING;
    const writes = revisions.map((revision) => revision.write);
    expect(writes.filter((id) => id === 7)).toHaveLength(1);
    expect(writes.filter((id) => id === 9)).toHaveLength(10 + KEYS.length);
    expect(writes).toHaveLength(1 + 10 + KEYS.length);
    expect(revisions.filter((one) => one.scope === 'item' && one.key === KEY)).toMatchObject([
      { revision: 2, write: 7 },
      { revision: 3, write: 9 },
    ]);
    expect(invalidations.filter(({ scope }) => scope === 'grant')).toMatchObject([
      { version: 1, kind: 'prefix', key: 'g1' },
    ]);
    expect(invalidations.filter(({ scope }) => scope === 'item')).toMatchObject([
      { version: 1, kind: 'key', key: KEY },
      { version: 2, kind: 'scope', key: '' },
    ]);
    expect(await started.readCommitted()).toEqual(NOTHING);
  });

  test('revokes what it writes, and says so', async () => {
    await start(kind);
    const changes = [{ scope: 'role', target: { key: KEY } }];
    const plan = { changes, isRolledBack: false, revokes: true };
    const { row, revoked } = await store.write(hearsay as Hearsay, 7, plan);
    expect(row).toEqual({ key: KEY, revision: 2 });
    expect(revoked).toMatchObject({ acknowledged: [], waitedOut: [] });
    expect(await store.find('role', KEY)).toEqual({ revision: 2, write: 7 });
  });

  test('tells rows of the log also when they were pruned before', async () => {
    const started = await start(kind);
    await write(7);
    await started.prune('item', 0);
    const { invalidations } = (await started.readCommitted()) ?? NOTHING;
    expect(invalidations).toMatchObject([{ scope: 'item', version: 1 }]);
  });

  test.each([...TROUBLES[kind]])('goes on where it was after %s', async (trouble: Trouble) => {
    const started = await start(kind);
    await write(7);
    await started.begin(trouble);
    const inReach = trouble === 'lockWriters';
    expect((await started.readCommitted())?.revisions.length).toBe(inReach ? 1 : undefined);
    const writing = write(8).then(
      () => 'written',
      () => 'failed',
    );
    expect(await Promise.race([writing, started.readCommitted()])).not.toBe('written');
    await started.end(trouble);
    await writing;
    await write(9);
    const known = await started.readCommitted();
    expect(known?.revisions.at(-1)).toMatchObject({ key: KEY, write: 9 });
  });
});
