import { type ChainHead, type LogRow, type Scope, type ScopeReading, scopeOf } from '@hearsay/spi';
import { SeededRandom, type SqlSession } from '@hearsay/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { PostgresSchema } from '../../../../test/databases/postgres.ts';
import {
  LogModeDifferentError,
  openPostgresLog,
  type PostgresXidLog,
  postgresSchemaSql,
  TransactionEndedError,
} from '../../src/index.js';
import { KEPT_ROWS_MAX } from '../../src/postgres/xid/delivery.js';
import { POLL_ROWS_MAX } from '../../src/postgres/xid/xid-log.js';
import { expectChain, ORIGIN, START, TABLE } from '../support.js';
import { describePostgres, newSchema, URL as SERVER, session } from './support.js';

const ROLE = scopeOf('role');
const one = (key: string, scope: Scope = TABLE) => ({
  scope,
  target: { kind: 'key', key } as const,
});

async function openXid({ schema }: PostgresSchema): Promise<PostgresXidLog> {
  const log = await openPostgresLog({
    connectionString: SERVER,
    schema,
    mode: 'xid8',
    pollTimeoutMs: 20_000,
  });
  onTestFinished(() => log.close());
  return log;
}

/** Follows scopes as a node does: from what it found first, link by link. */
class Reader {
  readonly keys = new Map<Scope, string[]>();
  resets = 0;
  readonly #log: PostgresXidLog;
  readonly #positions = new Map<Scope, ChainHead | undefined>();
  #logId: string | undefined;

  constructor(log: PostgresXidLog, scopes: readonly Scope[] = [TABLE]) {
    this.#log = log;
    for (const scope of scopes) this.#positions.set(scope, undefined);
  }

  position(scope: Scope = TABLE): ChainHead | undefined {
    return this.#positions.get(scope);
  }

  /** Polls until it is at the heads. @returns the keys of this time */
  async read(rowsMax = 1000): Promise<string[]> {
    const found: string[] = [];
    for (;;) {
      const { logId, readings } = await this.#log.poll({ positions: this.#positions, rowsMax });
      if (this.#logId !== undefined && logId !== this.#logId) this.#reset(readings);
      this.#logId = logId;
      const behind = readings.filter((reading) => !this.#follow(reading, found));
      if (behind.length === 0) return found;
    }
  }

  #follow({ scope, head, floor, rows }: ScopeReading, found: string[]): boolean {
    const position = this.#positions.get(scope);
    if (position === undefined || (rows.length === 0 && position.version < floor)) {
      if (position !== undefined) this.resets++;
      this.#positions.set(scope, head);
      return true;
    }
    const end = expectChain(position, rows);
    this.#positions.set(scope, end);
    found.push(...rows.map(({ target }) => target.key));
    this.keys.set(scope, [...(this.keys.get(scope) ?? []), ...rows.map(keyOf)]);
    return end.version === head.version;
  }

  #reset(readings: readonly ScopeReading[]): void {
    this.resets++;
    for (const { scope } of readings) this.#positions.set(scope, undefined);
  }
}

const keyOf = ({ target }: LogRow) => target.key;

describePostgres('a log of mode xid8 on PostgreSQL (L7)', () => {
  async function open() {
    const made = await newSchema();
    const log = await openXid(made);
    const reader = new Reader(log);
    await reader.read();
    return { made, log, reader };
  }

  test('lets writers of one scope commit in any order, and shows each when it has committed', async () => {
    const { made, log, reader } = await open();
    const [first, second] = [await session(made), await session(made)];
    for (const each of [first, second]) await each.query('BEGIN', []);
    await log.appendInTransaction(first, ORIGIN, [one('first')]);
    await log.appendInTransaction(second, ORIGIN, [one('second')]);
    expect(await reader.read()).toEqual([]);
    await second.query('COMMIT', []);
    expect(await reader.read()).toEqual(['second']);
    await first.query('COMMIT', []);
    expect(await reader.read()).toEqual(['first']);
  });

  test('is not held up by a transaction that stays open: what commits above it comes once, then nothing', async () => {
    const { made, log, reader } = await open();
    const long = await session(made);
    await long.query('BEGIN', []);
    await log.appendInTransaction(long, ORIGIN, [one('long')]);
    const many = Array.from({ length: 1000 }, (_, i) => one(`k${i}`));
    for (let i = 0; i < 1000; i += 100) await log.append(ORIGIN, many.slice(i, i + 100));
    expect(await reader.read()).toHaveLength(1000);
    expect(await reader.read()).toEqual([]);
    await long.query('COMMIT', []);
    expect(await reader.read()).toEqual(['long']);
  });

  test('rolls back with its transaction, and to a savepoint', async () => {
    const { made, log, reader } = await open();
    const user = await session(made);
    await user.query('BEGIN', []);
    await log.appendInTransaction(user, ORIGIN, [one('lost')]);
    await user.query('ROLLBACK', []);
    await user.query('BEGIN', []);
    await user.query('SAVEPOINT s', []);
    await log.appendInTransaction(user, ORIGIN, [one('lost')]);
    await user.query('ROLLBACK TO s', []);
    await log.appendInTransaction(user, ORIGIN, [one('kept')]);
    await user.query('COMMIT', []);
    expect(await reader.read()).toEqual(['kept']);
  });

  test('finds the place of a write in what was read here, on any node', async () => {
    const { made, log, reader } = await open();
    const { positions } = await log.write(made.pool, ORIGIN, async (tx) => {
      tx.invalidate('table', { key: 'a' });
      tx.invalidate('role', { key: 'b' });
    });
    const [, table] = positions;
    if (!table) throw new Error('a position is missing');
    expect(log.locate(table)).toBeUndefined();
    await reader.read();
    expect(log.locate(table)).toMatchObject({ scope: TABLE, ...reader.position() });
    // A node that starts only now has begun behind it.
    const other = await openXid(made);
    const late = new Reader(other);
    expect(other.locate(table)).toBeUndefined();
    await late.read();
    expect(other.locate(table)).toMatchObject({ ...START });
    expect(other.locate({ ...table, logId: 'f'.repeat(32) as never })).toBeUndefined();
  });

  test('a write whose callback ended its transaction appends nothing', async () => {
    const { made, log, reader } = await open();
    for (const sql of ['COMMIT', 'ROLLBACK; BEGIN']) {
      const write = log.write(made.pool, ORIGIN, async (tx, client) => {
        tx.invalidate('table', { key: 'k' });
        await client.query(sql);
      });
      await expect(write).rejects.toThrow(TransactionEndedError);
    }
    expect(await reader.read()).toEqual([]);
  });

  test(`a reader that missed ${POLL_ROWS_MAX} rows gets them, and one that missed one more begins anew`, async () => {
    const { made, reader } = await open();
    const insert = (count: number) =>
      made.pool.query(
        `INSERT INTO hearsay_log SELECT 'table', pg_current_xact_id(), lpad(to_hex(n), 16, '0') || $1,
        'key', 'k' || n, '', 0 FROM generate_series(1, ${count}) n`,
        [String(Math.random())],
      );
    await insert(POLL_ROWS_MAX);
    expect(await reader.read()).toHaveLength(POLL_ROWS_MAX);
    expect(reader.resets).toBe(0);
    await insert(POLL_ROWS_MAX + 1);
    expect(await reader.read()).toEqual([]);
    expect(reader.resets).toBe(1);
    await insert(1);
    expect(await reader.read()).toHaveLength(1);
  });

  test('keeps rows for a reader that asks again, up to a bound', async () => {
    const { made, log, reader } = await open();
    const before = reader.position();
    await log.append(ORIGIN, [one('k')]);
    await reader.read();
    const again = await log.poll({ positions: new Map([[TABLE, before]]), rowsMax: 10 });
    expect(again.readings[0]?.rows.map(keyOf)).toEqual(['k']);
    for (let i = 0; i * 4096 < KEPT_ROWS_MAX; i++) {
      await made.pool.query(`INSERT INTO hearsay_log SELECT 'table', pg_current_xact_id(),
        lpad(to_hex(n + ${i * 4096}), 16, '0'), 'key', 'k', '', 0 FROM generate_series(1, 4096) n`);
      await reader.read();
    }
    const late = await log.poll({ positions: new Map([[TABLE, before]]), rowsMax: 10 });
    expect(late.readings[0]?.rows).toEqual([]);
    expect(late.readings[0]?.floor).toBeGreaterThan(before?.version ?? 0);
  });

  test('pruning leaves what readers need, or tells them that it did not (L4)', async () => {
    const { made, log, reader } = await open();
    for (const key of ['a', 'b', 'c']) await log.append(ORIGIN, [one(key)]);
    // What is younger than the oldest transaction of the whole server stays until that has ended.
    let pruned = 0;
    while (pruned === 0) ({ pruned } = await log.prune({ scope: 'table', keepRows: 2 }));
    expect(pruned).toBe(1);
    await reader.read();
    expect(reader.resets).toBe(1);
    await log.append(ORIGIN, [one('d')]);
    expect(await reader.read()).toEqual(['d']);
    // What is in progress is younger than any floor, whenever it commits.
    const open1 = await session(made);
    await open1.query('BEGIN', []);
    await log.appendInTransaction(open1, ORIGIN, [one('open')]);
    await log.append(ORIGIN, [one('e')]);
    await log.prune({ scope: 'table', keepRows: 0, maxAgeMs: 0 });
    await open1.query('COMMIT', []);
    const found = await reader.read();
    // A reader whose last snapshot is older than what else goes on in the server begins anew.
    expect(reader.resets === 2 || found.includes('open')).toBe(true);
    expect((await made.pool.query(`SELECT key FROM hearsay_log`)).rows).toContainEqual({
      key: 'open',
    });
    await log.append(ORIGIN, [one('f')]);
    expect(await reader.read()).toEqual(['f']);
  });

  test('the table in another shape, log or life is another log to its readers (L1, L8)', async () => {
    const { made, log, reader } = await open();
    await log.append(ORIGIN, [one('a')]);
    await reader.read();
    const { rows } = await made.pool.query('SELECT * FROM hearsay_log');
    await made.pool.query('TRUNCATE hearsay_log');
    await reader.read();
    expect(reader.resets).toBe(1);
    await made.pool.query(`UPDATE hearsay_meta SET log_id = repeat('a', 32)`);
    await reader.read();
    expect(reader.resets).toBe(2);
    expect(rows).toHaveLength(1);
    await log.append(ORIGIN, [one('b')]);
    expect(await reader.read()).toEqual(['b']);
  });

  test('is never mixed with the other mode', async () => {
    const { made } = await open();
    const other = await newSchema();
    const counter = await openPostgresLog({ connectionString: SERVER, schema: other.schema });
    onTestFinished(() => counter.close());
    await expect(
      openPostgresLog({ connectionString: SERVER, schema: made.schema }),
    ).rejects.toThrow(LogModeDifferentError);
    await expect(openXid(other)).rejects.toThrow(LogModeDifferentError);
    const printed = await newSchema();
    await printed.pool.query(postgresSchemaSql({ schema: printed.schema, mode: 'xid8' }));
    await openXid(printed);
  });
});

/** Transactions of several sessions, one step at a time in a seeded order, with polls in between. */
async function interleave(
  seed: number,
  log: PostgresXidLog,
  sessions: readonly SqlSession[],
  poll: () => Promise<unknown>,
): Promise<string[]> {
  const random = new SeededRandom(seed);
  const below = (limit: number) => Math.floor(random.between(0, limit));
  const committed: string[] = [];
  const open = new Map<SqlSession, string[]>();
  for (let step = 0; step < 400; step++) {
    const each = sessions[below(sessions.length)] as SqlSession;
    const keys = open.get(each);
    if (keys === undefined) {
      await each.query('BEGIN', []);
      open.set(each, []);
    } else if (below(3) > 0) {
      const [a, b] = [`${step}a`, `${step}b`];
      await log.appendInTransaction(each, ORIGIN, [one(a), one(b, ROLE)]);
      keys.push(a, b);
    } else {
      const commits = below(4) > 0;
      await each.query(commits ? 'COMMIT' : 'ROLLBACK', []);
      if (commits) committed.push(...keys);
      open.delete(each);
    }
    if (below(4) === 0) await poll();
  }
  for (const [each, keys] of open) {
    await each.query('COMMIT', []);
    committed.push(...keys);
  }
  return committed;
}

describePostgres('whatever commits when, under polls at any moment,', () => {
  const seed = Date.now() % 1_000_000;

  test(`every committed row is read once, and no other (L7, seed ${seed})`, async () => {
    const made = await newSchema();
    const log = await openXid(made);
    const reader = new Reader(log, [TABLE, ROLE]);
    await reader.read();
    const sessions = await Promise.all(Array.from({ length: 5 }, () => session(made)));
    const committed = await interleave(seed, log, sessions, () => reader.read(7));
    await reader.read();
    expect([...reader.keys.values()].flat().toSorted()).toEqual(committed.toSorted());
    expect(reader.resets).toBe(0);
  });

  test('a reader that only remembers the highest transaction loses rows: the counter-example', async () => {
    const made = await newSchema();
    const log = await openXid(made);
    const sessions = await Promise.all(Array.from({ length: 5 }, () => session(made)));
    let last = '0';
    const seen: string[] = [];
    const poll = async () => {
      const { rows } = await made.pool.query(
        'SELECT xid::text, key FROM hearsay_log WHERE xid > $1::text::xid8 ORDER BY xid',
        [last],
      );
      for (const row of rows) seen.push(row.key);
      last = rows.at(-1)?.xid ?? last;
    };
    const committed = await interleave(1, log, sessions, poll);
    await poll();
    expect(seen.length).toBeLessThan(committed.length);
  });
});
