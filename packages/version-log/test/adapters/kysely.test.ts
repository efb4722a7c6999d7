import Database from 'better-sqlite3';
import {
  DummyDriver,
  type Generated,
  Kysely,
  MssqlAdapter,
  MssqlQueryCompiler,
  MysqlDialect,
  PostgresDialect,
  SqliteDialect,
  sql,
  type Transaction,
} from 'kysely';
import mysql from 'mysql2';
import pg from 'pg';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import {
  kyselyDatabase,
  kyselyTransaction,
  openPostgresLog,
  TransactionEndedError,
} from '../../src/index.js';
import { newSchema } from '../postgres/support.js';
import { ORIGIN, readScope, TABLE, temporaryPath } from '../support.js';
import { adapterSuite, type Library } from './adapter-suite.ts';
import { describeGrounds, type GroundKind } from './grounds.ts';

interface Tables {
  item: { id: Generated<number>; name: string };
}

function connect(kind: GroundKind, url: string): Kysely<Tables> {
  const kysely = new Kysely<Tables>({ dialect: dialectOf(kind, url) });
  onTestFinished(() => kysely.destroy());
  return kysely;
}

function dialectOf(kind: GroundKind, url: string) {
  if (kind === 'sqlite') return new SqliteDialect({ database: new Database(url) });
  if (kind === 'mysql') return new MysqlDialect({ pool: mysql.createPool(url) });
  const pool = new pg.Pool({ connectionString: url });
  // Without a listener a connection that breaks while it is used would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({ pool });
}

async function open(kind: GroundKind, url: string): Promise<Library<Transaction<Tables>>> {
  const kysely = connect(kind, url);
  return {
    database: (isolationLevel) => kyselyDatabase(kysely, isolationLevel && { isolationLevel }),
    insert: (trx, name) => trx.insertInto('item').values({ name }).execute(),
    run: (trx, text) => sql.raw(text).execute(trx),
    nested: (trx) => kyselyDatabase(trx),
    own: (body) => kysely.transaction().execute((trx) => body(trx, kyselyTransaction(trx))),
  };
}

adapterSuite('Kysely', ['postgres', 'mysql', 'sqlite'], open);

describeGrounds('a write through Kysely', ['postgres'], (kind, makeGround) => {
  test('goes to a log in mode xid8 as well (L7)', async () => {
    const made = await newSchema();
    await made.pool.query('CREATE TABLE item (id serial PRIMARY KEY, name text)');
    const { schema, url } = made;
    const log = await openPostgresLog({ connectionString: url, schema, mode: 'xid8' });
    onTestFinished(() => log.close());
    const kysely = connect(kind, url).withSchema(schema);
    const read = () => readScope(log, TABLE, undefined);
    await read();
    const { positions } = await log.write(kyselyDatabase(kysely), ORIGIN, async (tx, trx) => {
      await trx.insertInto('item').values({ name: 'a' }).execute();
      tx.invalidate('table', { key: 'k' });
    });
    expect(positions).toHaveLength(1);
    expect((await read())?.head.version).toBe(1);
    const ended = log.write(kyselyDatabase(kysely), ORIGIN, async (tx, trx) => {
      tx.invalidate('table', { key: 'k' });
      await sql`COMMIT`.execute(trx);
    });
    await expect(ended).rejects.toThrow(TransactionEndedError);
    expect((await read())?.head.version).toBe(1);
  });

  test('is refused where Kysely and the log stand in different kinds of databases', async () => {
    const { log } = await makeGround();
    const write = log.write(kyselyDatabase(connect('sqlite', temporaryPath())), ORIGIN, async () =>
      expect.unreachable(),
    );
    await expect(write).rejects.toThrow('speaks sqlite and the log postgres');
  });
});

test('an adapter over Kysely gives the transaction as Kysely types it', () => {
  const adapter = kyselyDatabase(connect('sqlite', temporaryPath()));
  expectTypeOf(adapter.transaction).parameter(0).parameter(0).toEqualTypeOf<Transaction<Tables>>();
  expect(adapter.dialect).toBe('sqlite');
});

test('an adapter over Kysely on a database that has no log is refused', () => {
  const dialect = {
    createAdapter: () => new MssqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: () => expect.unreachable(),
    createQueryCompiler: () => new MssqlQueryCompiler(),
  };
  expect(() => kyselyDatabase(new Kysely<Tables>({ dialect }))).toThrow('has no log');
});

test('an isolation level is refused over Kysely on SQLite', () => {
  const options = { isolationLevel: 'serializable' } as const;
  expect(() => kyselyDatabase(connect('sqlite', temporaryPath()), options)).toThrow(
    'no meaning on SQLite',
  );
});
