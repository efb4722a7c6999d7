import { DataSource, type EntityManager, EntitySchema } from 'typeorm';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import {
  TransactionEndedError,
  TransactionMissingError,
  typeormDatabase,
  typeormTransaction,
} from '../../src/index.js';
import { ORIGIN, versionOf } from '../support.js';
import { adapterSuite, type Library } from './adapter-suite.ts';
import { describeGrounds, type GroundKind } from './grounds.ts';

const item = new EntitySchema<{ id: number; name: string }>({
  name: 'item',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    name: { type: 'varchar', length: 64 },
  },
});

async function connect(kind: GroundKind, url: string, poolSize = 5): Promise<DataSource> {
  const type = kind === 'postgres' ? 'postgres' : 'mariadb';
  const dataSource = new DataSource({ type, url, poolSize, entities: [item] });
  await dataSource.initialize();
  onTestFinished(() => dataSource.destroy());
  return dataSource;
}

async function open(kind: GroundKind, url: string): Promise<Library<EntityManager>> {
  const dataSource = await connect(kind, url);
  return {
    database: (isolationLevel) => typeormDatabase(dataSource, isolationLevel && { isolationLevel }),
    insert: (manager, name) => manager.insert(item, { name }),
    run: (manager, sql) => manager.query(sql),
    nested: (manager) => typeormDatabase(manager as never),
    own: (body) => dataSource.transaction((manager) => body(manager, typeormTransaction(manager))),
  };
}

adapterSuite('TypeORM', ['postgres', 'mysql'], open);

describeGrounds('a write through TypeORM', ['postgres', 'mysql'], (kind, makeGround) => {
  test('whose callback commits by the query runner gets hints (L2)', async () => {
    const { url, log, items } = await makeGround();
    const db = typeormDatabase(await connect(kind, url));
    const write = log.write(db, ORIGIN, async (tx, manager) => {
      await manager.save(item, { name: 'a' });
      tx.invalidate('table', { key: 'k' });
      await manager.queryRunner?.commitTransaction();
    });
    await expect(write).rejects.toThrow(TransactionEndedError);
    expect(await items()).toEqual(['a']);
    expect(await versionOf(log)).toBe(0);
  });

  test('appends by a manager with an open transaction only', async () => {
    const { url } = await makeGround();
    const dataSource = await connect(kind, url);
    expect(() => typeormTransaction(dataSource.manager)).toThrow(TransactionMissingError);
  });

  if (kind === 'postgres')
    test('appends by a named statement, planned once a connection', async () => {
      const { url, log } = await makeGround();
      const dataSource = await connect(kind, url, 1);
      for (const key of ['a', 'b'])
        await log.write(typeormDatabase(dataSource), ORIGIN, async (tx) =>
          tx.invalidate('table', { key }),
        );
      const rows = await dataSource.query('SELECT name FROM pg_prepared_statements');
      expect(rows).toEqual([{ name: expect.stringMatching(/^hearsay_/) }]);
    });
});

test('an adapter over TypeORM gives the manager as TypeORM types it', () => {
  const adapter = typeormDatabase(new DataSource({ type: 'postgres' }));
  expectTypeOf(adapter.transaction).parameter(0).parameter(0).toEqualTypeOf<EntityManager>();
  expect(adapter.dialect).toBe('postgres');
});

test('an adapter over TypeORM is refused on SQLite, where transactions of others join one', () => {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
  expect(() => typeormDatabase(dataSource)).toThrow('share one connection');
});
