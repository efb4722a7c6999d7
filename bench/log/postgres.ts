import {
  openPostgresLog,
  type PostgresVersionLog,
  postgresTransaction,
} from '@hearsay/version-log';
import type pg from 'pg';
import { POSTGRES, postgresSchema } from '../../test/databases/postgres.ts';
import { benchOrigin } from '../shop.ts';
import type { BenchServer } from './server.ts';

/** @returns the reason where there is no PostgreSQL */
export async function postgresServer(): Promise<BenchServer | string> {
  if ('missing' in POSTGRES) return POSTGRES.missing;
  const { url, schema, pool, drop } = await postgresSchema(POSTGRES.url);
  await pool.query('CREATE TABLE item (id int PRIMARY KEY, stock int NOT NULL)');
  await pool.query('INSERT INTO item SELECT n, 0 FROM generate_series(1, 1000) n');
  const { hostname, port } = new URL(url);
  let item = 0;
  const change = (on: pg.PoolClient) =>
    on.query('UPDATE item SET stock = stock + 1 WHERE id = $1', [1 + (item++ % 1000)]);
  return {
    name: 'PostgreSQL',
    protocol: 'postgres',
    host: hostname,
    port: Number(port || 5432),
    openLog: (address) => {
      const through = new URL(url);
      through.host = address;
      return openPostgresLog({ connectionString: through.href, schema });
    },
    connect: async () => {
      const client = await pool.connect();
      return {
        tx: postgresTransaction(client),
        change: () => change(client),
        end: () => client.release(),
      };
    },
    write: (log, key) =>
      (log as PostgresVersionLog).write(pool, benchOrigin, async (tx, pooled) => {
        await change(pooled);
        tx.invalidate('item', { key });
      }),
    fill: async (rows) => {
      await pool.query(
        `INSERT INTO hearsay_scope VALUES ('missed', ${rows}, lpad(to_hex(${rows}), 16, '0'), 0)`,
      );
      await pool.query(`INSERT INTO hearsay_log SELECT 'missed', n, lpad(to_hex(n), 16, '0'), lpad(to_hex(n - 1), 16, '0'),
        'key', 'shop/item-' || n, 'bench', 0 FROM generate_series(1, ${rows}) n`);
    },
    drop,
  };
}
