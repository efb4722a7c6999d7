import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Hearsay, HearsayOptions } from '../src/index.js';
import { startHearsay } from '../src/index.js';

const cleanups: (() => Promise<void> | void)[] = [];

/** Frees whatever the test started, newest first. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export function cleanLater(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

/** A database file with a table `item(key, value)`, in a directory of its own. */
export function database(): { path: string; connect: () => DatabaseSync } {
  const directory = mkdtempSync(join(tmpdir(), 'hearsay-embed-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, `${randomUUID()}.db`);
  const connect = () => {
    const db = new DatabaseSync(path, { timeout: 2000 });
    cleanups.push(() => db.close());
    return db;
  };
  const db = connect();
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec('CREATE TABLE item (key TEXT PRIMARY KEY, value TEXT)');
  return { path, connect };
}

export async function start(options: HearsayOptions): Promise<Hearsay> {
  const hearsay = await startHearsay(options);
  cleanups.push(() => hearsay.close());
  return hearsay;
}

export function put(db: DatabaseSync, key: string, value: string): void {
  db.prepare('INSERT INTO item VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
    key,
    value,
  );
}

export function read(db: DatabaseSync, key: string): string | undefined {
  return db.prepare('SELECT value FROM item WHERE key = ?').get(key)?.['value'] as
    | string
    | undefined;
}

/** Resolves with the first event that satisfies `wanted`; a test's own timeout is the deadline. */
export function event<Name extends 'applied' | 'reset' | 'coherence' | 'member'>(
  hearsay: Hearsay,
  name: Name,
  wanted: (value: never) => boolean = () => true,
): Promise<unknown> {
  return new Promise((resolve) => {
    const off = hearsay.on(name, ((value: never) => {
      if (!wanted(value)) return;
      off();
      resolve(value);
    }) as never);
  });
}

export async function coherent(...nodes: readonly Hearsay[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      if (node.status().coherence !== 'coherent')
        await event(node, 'coherence', (coherence) => coherence === 'coherent');
    }),
  );
}
