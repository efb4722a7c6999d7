import { ConfigInvalidError, databaseIncarnationOf } from '@hearsay/spi';
import { expect, test } from 'vitest';
import { prepare } from '../src/sqlite.js';
import { LogReader } from '../src/worker/read.js';
import { PRUNE_BATCH_ROWS, ScopeRows } from '../src/worker/scope-rows.js';
import { ORIGIN, openWithUser, readScope, START, TABLE, versionOf } from './support.js';

const ROWS = 4000;

async function filled(rows: number) {
  const opened = await openWithUser();
  await opened.log.write(opened.db, ORIGIN, (tx) => {
    for (let i = 0; i < rows; i++) tx.invalidate('table', { key: `k${i}` });
  });
  return opened;
}

test('it says how many rows went, in one batch, in several, and in none', async () => {
  const { log } = await filled(2 * PRUNE_BATCH_ROWS + 10);
  expect(await log.prune({ scope: 'table', keepRows: 2 * PRUNE_BATCH_ROWS + 10 })).toEqual({
    pruned: 0,
  });
  expect(await log.prune({ scope: 'table', keepRows: 2 * PRUNE_BATCH_ROWS + 9 })).toEqual({
    pruned: 1,
  });
  expect(await log.prune({ scope: 'table', keepRows: 9 })).toEqual({
    pruned: 2 * PRUNE_BATCH_ROWS,
  });
  expect(await log.prune({ scope: 'table', keepRows: 9 })).toEqual({ pruned: 0 });
  expect(await log.prune({ scope: 'unknown', keepRows: 0 })).toEqual({ pruned: 0 });
});

test('after each step of a prune a reader has all it needs, or a floor that tells (L4)', async () => {
  const { db } = await filled(ROWS);
  const prepared = (sql: string) => prepare(db, sql);
  const [rows, reader] = [
    new ScopeRows(prepared, 'hearsay_'),
    new LogReader(db, prepared, 'hearsay_', databaseIncarnationOf('test')),
  ];
  const read = () => {
    const request = { positions: new Map([[TABLE, START]]), rowsMax: 65_536 };
    return reader.read(request).readings[0];
  };
  rows.raiseFloor(TABLE, 100);
  expect(read()).toMatchObject({ floor: ROWS - 100, rows: { length: ROWS } });
  for (let left = ROWS; left > 100; left = read()?.rows.length ?? 0) {
    expect(rows.deletePruned(TABLE)).toBe(Math.min(PRUNE_BATCH_ROWS, left - 100));
    const reading = read();
    // Only the beginning goes: what is left ends at the head without a hole.
    expect(reading?.rows.at(-1)?.version).toBe(ROWS);
    expect(reading?.rows[0]?.version).toBe(ROWS + 1 - (reading?.rows.length ?? 0));
  }
  expect(rows.deletePruned(TABLE)).toBe(0);
});

test('readers and a prune at once: whoever misses a row finds the floor above it (L4)', async () => {
  const { log } = await filled(ROWS);
  let pruning = true;
  const prune = log.prune({ scope: 'table', keepRows: 100 }).finally(() => {
    pruning = false;
  });
  while (pruning) {
    const reading = await readScope(log, TABLE, START);
    const first = reading?.rows[0]?.version ?? 0;
    expect(reading?.rows).toHaveLength(ROWS + 1 - first);
    if (first > 1) expect(reading?.floor).toBe(ROWS - 100);
  }
  expect(await prune).toEqual({ pruned: ROWS - 100 });
});

test('polls come in between the batches of a prune, and writers too', async () => {
  const { log, db } = await filled(ROWS);
  const order: string[] = [];
  const prune = log.prune({ scope: 'table', keepRows: 0 }).then(() => order.push('pruned'));
  await versionOf(log);
  order.push('polled');
  await log.write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
  await prune;
  expect(order).toEqual(['polled', 'pruned']);
  expect((await readScope(log))?.rows.map((row) => row.version)).toEqual([ROWS + 1]);
});

test('keepRows is an integer from 0', async () => {
  const { log } = await filled(3);
  for (const keepRows of [-1, 1.5, Number.NaN])
    await expect(log.prune({ scope: 'table', keepRows })).rejects.toThrow(ConfigInvalidError);
  expect(await log.prune({ scope: 'table', keepRows: 0 })).toEqual({ pruned: 3 });
});
