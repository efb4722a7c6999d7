/** What the version log on SQLite costs the writer, how much it carries, and what a reader takes. */
import { DatabaseSync } from 'node:sqlite';
import { type Invalidation, scopeOf } from '@hearsay/spi';
import { appendToLog, openSqliteLog, type SqliteVersionLog } from '@hearsay/version-log';
import type { PartOptions } from '../part.ts';
import { atLeast, atMost, context, type Row } from '../row.ts';
import { benchOrigin, openShop, plainTransaction, type Shop, stocked } from '../shop.ts';
import { median } from '../statistics.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';
import { nowUs } from '../time.ts';
import { WorkerProcesses } from '../worker-process.ts';
import { measureCatchUp } from './catch-up.ts';
import { measureIdlePoll } from './idle-poll.ts';
import { named } from './named-rows.ts';

const ADDED_US_MAX = 50;
const TRANSACTIONS_MIN = 1_000;
/** Transactions that are timed together. */
const BLOCK = 500;
const WARM_ROUNDS = 2;

export async function measureSqlite({ quick, progress }: PartOptions): Promise<Row[]> {
  const rows: Row[] = [];
  progress('SQLite: append');
  rows.push(...(await measureAppend(quick ? 20 : 100)));
  for (const writers of [1, 4]) {
    progress(`SQLite: ${writers} writing`);
    rows.push(...(await measureThroughput(writers, quick ? 1_000 : 10_000)));
  }
  progress('SQLite: reading');
  rows.push(...(await measureReading(quick)));
  return named('SQLite', rows);
}

/** The same transaction without Hearsay, with an append in it, and by `write`: in turns, by blocks. */
async function measureAppend(rounds: number): Promise<Row[]> {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/shop.db`;
  stocked(path);
  const log = await openSqliteLog({ path });
  const shop = openShop(path);
  await log.ensureScopes(['item']);
  const variants = variantsOf(log, shop);
  const taken: Record<Variant['name'], Cost>[] = [];
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    const costs = { plain: NO_COST, append: NO_COST, write: NO_COST };
    for (const { name, transaction } of variants) costs[name] = await costOf(transaction);
    if (round >= 0) taken.push(costs);
  }
  shop.db.close();
  await log.close();
  const added = (name: 'append' | 'write', kind: keyof Cost): number | null =>
    median(taken.map((costs) => costs[name][kind] - costs.plain[kind]));
  const plain = taken.map((costs) => costs.plain.elapsedUs);
  return [
    atMost('added by an append in a transaction', added('append', 'elapsedUs'), 'µs', ADDED_US_MAX),
    context('added by an append, processor time', added('append', 'processorUs'), 'µs'),
    atMost(
      'added by write around the transaction',
      added('write', 'elapsedUs'),
      'µs',
      ADDED_US_MAX,
    ),
    context('added by write, processor time', added('write', 'processorUs'), 'µs'),
    context('the transaction without Hearsay', median(plain), 'µs'),
  ];
}

/** Of one transaction. Processor time hardly depends on what else runs on the machine. */
interface Cost {
  readonly elapsedUs: number;
  readonly processorUs: number;
}

const NO_COST: Cost = { elapsedUs: 0, processorUs: 0 };

interface Variant {
  readonly name: 'plain' | 'append' | 'write';
  readonly transaction: (key: string) => Promise<void>;
}

function variantsOf(log: SqliteVersionLog, shop: Shop): Variant[] {
  const scope = scopeOf('item');
  return [
    { name: 'plain', transaction: async () => plainTransaction(shop, () => {}) },
    {
      name: 'append',
      transaction: async (key) =>
        plainTransaction(shop, () => {
          const invalidation: Invalidation = { scope, target: { kind: 'key', key } };
          appendToLog(shop.db, log.tablePrefix, benchOrigin, [invalidation]);
        }),
    },
    {
      name: 'write',
      transaction: async (key) => {
        await log.write(shop.db, benchOrigin, (tx) => {
          shop.update.run(1);
          tx.invalidate(scope, { key });
        });
      },
    },
  ];
}

/** @returns the mean of a block, in which checkpoints have their share */
async function costOf(transaction: Variant['transaction']): Promise<Cost> {
  const startUs = nowUs();
  const start = process.cpuUsage();
  for (let at = 0; at < BLOCK; at++) await transaction(`shop/item-${at}`);
  const { user, system } = process.cpuUsage(start);
  return { elapsedUs: (nowUs() - startUs) / BLOCK, processorUs: (user + system) / BLOCK };
}

/** All processes write to one scope, so that all contend for its counter. */
async function measureThroughput(writers: number, durationMs: number): Promise<Row[]> {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/shop.db`;
  stocked(path);
  await using processes = new WorkerProcesses('log-writer.ts', writers);
  await processes.call('open', () => path);
  const committed = await processes.call<number>('write', () => durationMs);
  const perSecond = committed.map((count) => count / (durationMs / 1000));
  const all = perSecond.reduce((sum, each) => sum + each, 0);
  if (writers === 1)
    return [atLeast('transactions of one scope, one connection', all, '/s', TRANSACTIONS_MIN)];
  return [
    atLeast(`transactions of one scope, ${writers} processes`, all, '/s', TRANSACTIONS_MIN),
    context('of these, by the process that got the fewest', Math.min(...perSecond), '/s'),
  ];
}

async function measureReading(quick: boolean): Promise<Row[]> {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/shop.db`;
  const log = await openSqliteLog({ path });
  const rows = await measureIdlePoll(log, quick ? 500 : 5_000);
  const catchUp = await measureCatchUp(log, quick, async (count) => {
    const db = new DatabaseSync(path);
    db.exec(`BEGIN; INSERT INTO hearsay_scope VALUES ('missed', ${count}, printf('%016x', ${count}), 0);
      WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${count})
      INSERT INTO hearsay_log SELECT 'missed', n, printf('%016x', n), printf('%016x', n - 1), 'key',
        'shop/item-' || n, 'bench', 0 FROM number; COMMIT`);
    db.close();
  });
  await log.close();
  return [...rows, ...catchUp];
}
