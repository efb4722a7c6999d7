import { type Generated, Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import { POSTGRES, postgresSchema } from '../../../test/databases/postgres.ts';
import {
  CommitUncertainError,
  type DatabaseAdapter,
  type Hearsay,
  kyselyDatabase,
  kyselyTransaction,
  RevocationEmptyError,
} from '../src/index.js';
import { cleanLater, cleanUp, coherent, event, start } from './service.js';

afterEach(cleanUp);

interface Tables {
  item: { id: Generated<number>; name: string };
}

const TTL = { ttlMs: 60_000 };
/** Polls only at its start: what comes later came by gossip. */
const NO_POLLS = { intervalMs: 600_000 };

/** Two nodes over one PostgreSQL, of which the first writes through Kysely and the second has a cache. */
async function open(url: string) {
  const { schema, drop } = await postgresSchema(url);
  cleanLater(drop);
  const pool = new pg.Pool({ connectionString: url, options: `-c search_path=${schema}` });
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  cleanLater(() => kysely.destroy());
  await kysely.schema
    .createTable('item')
    .addColumn('id', 'serial')
    .addColumn('name', 'text')
    .execute();
  const log = { postgres: { connectionString: url, schema, pollTimeoutMs: 20_000 } };
  const a = await start({ node: 'a', log });
  const b = await start({ node: 'b', log, poll: NO_POLLS });
  const cache = b.cache<string>('item', TTL);
  await event(b, 'reset');
  await coherent(a, b);
  return { a, b, cache, kysely };
}

function heard({ a, b }: { readonly a: Hearsay; readonly b: Hearsay }): number {
  return a.status().counters.appliedLocally + b.status().counters.appliedByGossip;
}

const url = 'url' in POSTGRES ? POSTGRES.url : '';

if ('missing' in POSTGRES) test.skip(`a write through a library [${POSTGRES.missing}]`, () => {});
else
  describe('a write through a library', () => {
    test('is gossiped when the library’s transaction has ended, not earlier (L2)', async () => {
      const opened = await open(url);
      const { a, b, cache, kysely } = opened;
      await cache.getOrLoad('k', () => 'old');
      const whenEnded: number[] = [];
      const inner = kyselyDatabase(kysely);
      const db: DatabaseAdapter<Transaction<Tables>> = {
        dialect: inner.dialect,
        transaction: async (body) => {
          const value = await inner.transaction(body);
          // Time enough for a message that had been sent before COMMIT.
          await b.invalidate('other', { all: true });
          whenEnded.push(heard(opened));
          return value;
        },
      };
      const before = heard(opened);
      const applied = event(b, 'applied', ({ scope }: { scope: string }) => scope === 'item');
      const { value, token } = await a.write(db, async (tx, trx) => {
        expectTypeOf(trx).toEqualTypeOf<Transaction<Tables>>();
        await trx.insertInto('item').values({ name: 'new' }).execute();
        tx.invalidate('item', { key: 'k' });
        return 42;
      });
      expect(value).toBe(42);
      expect(whenEnded).toEqual([before]);
      expect(await applied).toMatchObject({ appliedThrough: 1, via: 'gossip' });
      expect(cache.get('k')).toBeUndefined();
      expect(await b.reached(token)).toBe(true);
    });

    test('is not gossiped when it is rolled back', async () => {
      const opened = await open(url);
      const { a, b, cache, kysely } = opened;
      await cache.getOrLoad('thrown', () => 'kept');
      const thrown = a.write(kyselyDatabase(kysely), async (tx) => {
        tx.invalidate('item', { key: 'thrown' });
        throw new Error('boom');
      });
      await expect(thrown).rejects.toThrow('boom');
      const applied = event(b, 'applied');
      await a.write(kyselyDatabase(kysely), async (tx) => tx.invalidate('item', { key: 'k' }));
      expect(await applied).toMatchObject({ appliedThrough: 1 });
      expect(cache.get('thrown')).toBe('kept');
      expect(b.status().counters.appliedByGossip).toBe(1);
    });

    test('whose COMMIT got lost is gossiped as a hint, which proves nothing (L2)', async () => {
      const { a, b, cache, kysely } = await open(url);
      await cache.getOrLoad('k', () => 'old');
      const inner = kyselyDatabase(kysely);
      const lost: DatabaseAdapter<Transaction<Tables>> = {
        dialect: inner.dialect,
        transaction: async (body) => {
          await inner.transaction(body);
          throw new Error('Connection terminated');
        },
      };
      const write = a.write(lost, async (tx) => tx.invalidate('item', { key: 'k' }));
      await expect(write).rejects.toThrow(CommitUncertainError);
      await expect.poll(() => cache.get('k')).toBeUndefined();
      // It was committed, and the hint claims nothing of the kind.
      expect(b.status().scopes).toMatchObject([{ scope: 'item', appliedThrough: 0 }]);
    });

    test('may revoke, and must name what (S2)', async () => {
      const { a, b, kysely } = await open(url);
      const strict = { ...TTL, consistency: { strict: { leaseMs: 2_000 } } };
      const caches = [a, b].map((node) => node.cache<string>('strict', strict));
      while (!(await a.revoke('strict', { key: 'k' })).vouched);
      for (const cache of caches) await cache.getOrLoad('k', () => 'old');
      const result = await a.writeAndRevoke(kyselyDatabase(kysely), async (tx, trx) => {
        await trx.insertInto('item').values({ name: 'new' }).execute();
        tx.invalidate('strict', { key: 'k' });
        return 42;
      });
      expect(result).toMatchObject({ value: 42, vouched: true });
      expect(caches.map((cache) => cache.get('k'))).toEqual([undefined, undefined]);
      const empty = a.writeAndRevoke(kyselyDatabase(kysely), async (_, trx) =>
        trx.insertInto('item').values({ name: 'empty' }).execute(),
      );
      await expect(empty).rejects.toThrow(RevocationEmptyError);
      const names = await kysely.selectFrom('item').select('name').execute();
      expect(names).toEqual([{ name: 'new' }]);
    });

    test('leaves an append to a transaction that the service itself runs', async () => {
      const { a, b, kysely } = await open(url);
      const applied = event(b, 'applied');
      const pending = await kysely
        .transaction()
        .execute((trx) => a.append(kyselyTransaction(trx), [['item', { key: 'k' }]]));
      const token = pending.committed();
      expect(await applied).toMatchObject({ appliedThrough: 1, via: 'gossip' });
      expect(await b.reached(token)).toBe(true);
    });
  });
