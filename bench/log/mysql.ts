import { type MysqlVersionLog, mysqlTransaction, openMysqlLog } from '@hearsay/version-log';
import type { Connection } from 'mysql2/promise';
import { type MysqlServer, mysqlDatabase } from '../../test/databases/mysql.ts';
import { benchOrigin } from '../shop.ts';
import type { BenchServer } from './server.ts';

const BATCH = 20_000;

export async function mysqlServer(server: MysqlServer): Promise<BenchServer> {
  const { url, pool, drop } = await mysqlDatabase(server);
  await pool.query('CREATE TABLE item (id INT PRIMARY KEY, stock INT NOT NULL)');
  const items = Array.from({ length: 1000 }, (_, at) => [at + 1, 0]);
  await pool.query('INSERT INTO item VALUES ?', [items]);
  const { hostname, port } = new URL(url);
  let item = 0;
  const change = (on: Pick<Connection, 'execute'>) =>
    on.execute('UPDATE item SET stock = stock + 1 WHERE id = ?', [1 + (item++ % 1000)]);
  return {
    name: server.name,
    protocol: 'mysql',
    host: hostname,
    port: Number(port || 3306),
    openLog: (address) => {
      const through = new URL(url);
      through.host = address;
      return openMysqlLog({ connectionString: through.href });
    },
    connect: async () => {
      const connection = await pool.getConnection();
      return {
        tx: mysqlTransaction(connection),
        change: () => change(connection),
        end: () => connection.release(),
      };
    },
    write: (log, key) =>
      (log as MysqlVersionLog).write(pool, benchOrigin, async (tx, pooled) => {
        await change(pooled);
        tx.invalidate('item', { key });
      }),
    fill: async (rows) => {
      const hex = (n: number) => n.toString(16).padStart(16, '0');
      await pool.query('INSERT INTO hearsay_scope VALUES (?, ?, ?, 0)', [
        'missed',
        rows,
        hex(rows),
      ]);
      for (let from = 0; from < rows; from += BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, rows - from) }, (_, at) => {
          const n = from + at + 1;
          return ['missed', n, hex(n), hex(n - 1), 'key', `shop/item-${n}`, 'bench', 0];
        });
        await pool.query('INSERT INTO hearsay_log VALUES ?', [batch]);
      }
    },
    drop,
  };
}
