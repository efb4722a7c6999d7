/** What the version log on a database server costs the writer, how much it carries, and what a reader takes. */
import { scopeOf, type VersionSource } from '@hearsay/spi';
import type { Appended, SqlTransaction } from '@hearsay/version-log';
import { CountingRelay } from '../../test/databases/counting-relay.ts';
import type { PartOptions } from '../part.ts';
import { atLeast, atMost, context, type Row } from '../row.ts';
import { benchOrigin } from '../shop.ts';
import { median, percentile } from '../statistics.ts';
import { nowUs } from '../time.ts';
import { measureCatchUp } from './catch-up.ts';
import { measureIdlePoll } from './idle-poll.ts';
import { named } from './named-rows.ts';

const ADDED_MS_MAX = 0.3;
const STATEMENTS_MAX = 2;
const TRANSACTIONS_MIN = 1_000;
/** What another scope's open transaction may add to a transaction, in ms: nothing that can be told from chance. */
const WAITING_MS_MAX = 0.3;
const WRITERS = 8;

export interface BenchLog extends VersionSource {
  append(origin: typeof benchOrigin, invalidations: readonly never[]): Promise<Appended>;
  appendInTransaction(
    tx: SqlTransaction,
    origin: typeof benchOrigin,
    invalidations: readonly never[],
  ): Promise<Appended>;
  ensureScopes(scopes: Iterable<string>): Promise<void>;
  close(): Promise<void>;
}

/** A connection of the service, with its own statement of a transaction: one changed row of `item`. */
export interface BenchSession {
  readonly tx: SqlTransaction;
  change(): Promise<unknown>;
  /** Gives the connection back. */
  end(): void;
}

export interface BenchServer {
  readonly name: string;
  readonly protocol: 'postgres' | 'mysql';
  readonly host: string;
  readonly port: number;
  /** @param address of a relay to the server */
  openLog(address: string): Promise<BenchLog>;
  connect(): Promise<BenchSession>;
  /** The transaction of a session, with the log's own helper, over a pool. */
  write(log: BenchLog, key: string): Promise<unknown>;
  fill(rows: number): Promise<void>;
  drop(): Promise<void>;
}

export async function measureServer(
  server: BenchServer,
  { quick, progress }: PartOptions,
): Promise<Row[]> {
  const { host, port } = server;
  const relay = await CountingRelay.listen(server.protocol, { host, port });
  const [direct, relayed] = [
    await server.openLog(`${server.host}:${server.port}`),
    await server.openLog(relay.address),
  ];
  try {
    progress(`${server.name}: append`);
    const rows = await measureAppend(server, direct, quick ? 200 : 3_000);
    progress(`${server.name}: throughput`);
    for (const writers of [1, WRITERS])
      rows.push(await measureThroughput(server, direct, writers, quick ? 1_000 : 10_000));
    progress(`${server.name}: other scopes`);
    rows.push(...(await measureOtherScopes(server, direct, quick ? 200 : 2_000)));
    progress(`${server.name}: idle polls`);
    rows.push(...(await measureIdlePoll(direct, quick ? 500 : 5_000)));
    rows.push(...(await measureIdlePoll(relayed, 1, relay)).slice(2));
    progress(`${server.name}: catching up`);
    rows.push(...(await measureCatchUp(direct, quick, (count) => server.fill(count))));
    return named(server.name, rows);
  } finally {
    await direct.close();
    await relayed.close();
    await relay.close();
    await server.drop();
  }
}

/** The same transaction without Hearsay, with an append in it, and by `write`, in turns. */
async function measureAppend(server: BenchServer, log: BenchLog, rounds: number): Promise<Row[]> {
  await log.ensureScopes(['item']);
  const session = await server.connect();
  let statements = 0;
  const counted: SqlTransaction = {
    ...session.tx,
    query: (sql, params, name) => {
      statements++;
      return session.tx.query(sql, params, name);
    },
  };
  const variants = {
    plain: () => transaction(session, async () => undefined),
    append: () => transaction(session, () => append(log, counted, 'item')),
    write: () => server.write(log, 'shop/item'),
  };
  const times = { plain: [] as number[], append: [] as number[], write: [] as number[] };
  for (let round = -100; round < rounds; round++)
    for (const name of ['plain', 'append', 'write'] as const) {
      const startUs = nowUs();
      await variants[name]();
      if (round >= 0) times[name].push((nowUs() - startUs) / 1000);
    }
  session.end();
  const plain = median(times.plain) ?? 0;
  const added = (name: 'append' | 'write') => (median(times[name]) ?? 0) - plain;
  return [
    atMost('added by an append in a transaction, p50', added('append'), 'ms', ADDED_MS_MAX),
    atMost('statements of an append', statements / (rounds + 100), '', STATEMENTS_MAX),
    atMost('added by write around the transaction, p50', added('write'), 'ms', ADDED_MS_MAX),
    context('the transaction without Hearsay, p50', plain, 'ms'),
  ];
}

async function measureThroughput(
  server: BenchServer,
  log: BenchLog,
  writers: number,
  durationMs: number,
): Promise<Row> {
  const endUs = nowUs() + durationMs * 1000;
  let committed = 0;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (nowUs() < endUs) {
        await server.write(log, `shop/item-${committed % 1000}`);
        committed++;
      }
    }),
  );
  const perSecond = committed / (durationMs / 1000);
  const name = `transactions of one scope, ${writers} connection${writers === 1 ? '' : 's'}`;
  return writers === 1
    ? context(name, perSecond, '/s')
    : atLeast(name, perSecond, '/s', TRANSACTIONS_MIN);
}

/** While a transaction holds the counter of one scope, transactions of another one run. */
async function measureOtherScopes(
  server: BenchServer,
  log: BenchLog,
  rounds: number,
): Promise<Row[]> {
  await log.ensureScopes(['held', 'free']);
  const [holder, session] = [await server.connect(), await server.connect()];
  const timed = async () => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const startUs = nowUs();
      await transaction(session, () => append(log, session.tx, 'free'));
      times.push((nowUs() - startUs) / 1000);
    }
    return percentile(times, 0.5) ?? 0;
  };
  const alone = await timed();
  await holder.tx.query('BEGIN', []);
  await append(log, holder.tx, 'held');
  const beside = await timed();
  await holder.tx.query('COMMIT', []);
  holder.end();
  session.end();
  return [
    atMost('waiting for a transaction of another scope, p50', beside - alone, 'ms', WAITING_MS_MAX),
  ];
}

async function transaction(session: BenchSession, last: () => Promise<unknown>): Promise<void> {
  await session.tx.query('BEGIN', []);
  await session.change();
  await last();
  await session.tx.query('COMMIT', []);
}

function append(log: BenchLog, tx: SqlTransaction, name: string): Promise<Appended> {
  const invalidation = { scope: scopeOf(name), target: { kind: 'key', key: 'shop/item' } };
  return log.appendInTransaction(tx, benchOrigin, [invalidation as never]);
}
