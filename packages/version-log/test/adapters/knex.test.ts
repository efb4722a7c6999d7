import knexFactory, { type Knex } from 'knex';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { knexDatabase, knexTransaction, TransactionEndedError } from '../../src/index.js';
import { ORIGIN, temporaryPath, versionOf } from '../support.js';
import { adapterSuite, type Library } from './adapter-suite.ts';
import { describeGrounds, type GroundKind } from './grounds.ts';

const CLIENTS = { postgres: 'pg', mysql: 'mysql2', sqlite: 'better-sqlite3' } as const;

function connect(kind: GroundKind, url: string, pool: Knex.PoolConfig = {}): Knex {
  const knex = knexFactory({
    client: CLIENTS[kind],
    connection: kind === 'sqlite' ? { filename: url } : url,
    useNullAsDefault: true,
    ...(kind === 'sqlite' ? {} : { pool: { min: 0, max: 5, ...pool } }),
  });
  onTestFinished(() => knex.destroy());
  return knex;
}

async function open(kind: GroundKind, url: string): Promise<Library<Knex.Transaction>> {
  const knex = connect(kind, url);
  return {
    database: (isolationLevel) => knexDatabase(knex, isolationLevel && { isolationLevel }),
    insert: async (trx, name) => trx('item').insert({ name }),
    run: async (trx, text) => trx.raw(text),
    nested: (trx) => knexDatabase(trx),
    own: (body) => knex.transaction((trx) => body(trx, knexTransaction(trx))),
  };
}

adapterSuite('Knex', ['postgres', 'mysql', 'sqlite'], open);

describeGrounds('a write through Knex', ['postgres', 'mysql', 'sqlite'], (kind, makeGround) => {
  test.each(['commit', 'rollback'] as const)(
    'whose callback calls %s gets hints (L2)',
    async (end) => {
      const { url, log, items } = await makeGround();
      const write = log.write(knexDatabase(connect(kind, url)), ORIGIN, async (tx, trx) => {
        await trx('item').insert({ name: 'a' });
        tx.invalidate('table', { key: 'k' });
        await trx[end]();
      });
      await expect(write).rejects.toThrow(TransactionEndedError);
      await expect(write).rejects.toMatchObject({ hints: [{ scope: 'table' }] });
      expect(await items()).toEqual(end === 'commit' ? ['a'] : []);
      expect(await versionOf(log)).toBe(0);
    },
  );

  if (kind === 'postgres')
    test('appends by a named statement, planned once a connection', async () => {
      const { url, log } = await makeGround();
      const knex = connect(kind, url, { max: 1 });
      for (const key of ['a', 'b'])
        await log.write(knexDatabase(knex), ORIGIN, async (tx) => tx.invalidate('table', { key }));
      const { rows } = await knex.raw('SELECT name FROM pg_prepared_statements');
      expect(rows).toEqual([{ name: expect.stringMatching(/^hearsay_/) }]);
    });
});

test('an adapter over Knex gives the transaction as Knex types it', () => {
  const knex = knexFactory({ client: 'pg' });
  const adapter = knexDatabase(knex);
  expectTypeOf(adapter.transaction).parameter(0).parameter(0).toEqualTypeOf<Knex.Transaction>();
  expect(adapter.dialect).toBe('postgres');
});

test.each(['sqlite3', 'mysql', 'cockroachdb'])(
  'an adapter over the client %s of Knex is refused',
  (driverName) => {
    // The client itself is not installed.
    const knex = { client: { driverName } } as unknown as Knex;
    expect(() => knexDatabase(knex)).toThrow(
      `the client ${driverName} of Knex is not known to work`,
    );
  },
);

test('an isolation level is refused over Knex on SQLite', () => {
  const options = { isolationLevel: 'serializable' } as const;
  expect(() => knexDatabase(connect('sqlite', temporaryPath()), options)).toThrow(
    'no meaning on SQLite',
  );
});
