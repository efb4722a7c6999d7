/** The smallest service with a database, for measuring what a transaction costs. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Epoch, Origin } from '@hearsay/spi';
import { nodeNameOf } from '@hearsay/spi';

export const benchOrigin: Origin = {
  node: nodeNameOf('bench'),
  epoch: '00000000000000be' as Epoch,
};

export interface Shop {
  readonly db: DatabaseSync;
  readonly update: StatementSync;
}

const ITEMS = 1_000;

/** Makes the file, with its rows, in WAL mode. */
export function stocked(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE item (id INTEGER PRIMARY KEY, stock INTEGER NOT NULL);
    WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < ${ITEMS})
    INSERT INTO item SELECT id, 0 FROM ids`);
  db.close();
}

export function openShop(path: string): Shop {
  const db = new DatabaseSync(path, { timeout: 1_000 });
  db.exec('PRAGMA synchronous = NORMAL');
  return { db, update: db.prepare('UPDATE item SET stock = stock + 1 WHERE id = ?') };
}

/** One changed row, in a transaction as a service would write it by hand. */
export function plainTransaction({ db, update }: Shop, last: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  update.run(1);
  last();
  db.exec('COMMIT');
}
