/** Writes as fast as it can: one changed row and one invalidation a transaction. */
import { openSqliteLog, type SqliteVersionLog } from '@hearsay/version-log';
import { benchOrigin, openShop, type Shop } from '../shop.ts';
import { nowUs } from '../time.ts';
import { serve } from '../worker.ts';

let log: SqliteVersionLog;
let shop: Shop;

async function open(path: string): Promise<void> {
  log = await openSqliteLog({ path });
  shop = openShop(path);
  await log.ensureScopes(['item']);
}

/** @returns how many were committed */
async function write(durationMs: number): Promise<number> {
  const endUs = nowUs() + durationMs * 1000;
  let committed = 0;
  while (nowUs() < endUs) {
    await log.write(shop.db, benchOrigin, (tx) => {
      shop.update.run(1);
      tx.invalidate('item', { key: `shop/item-${committed % 1000}` });
    });
    committed++;
  }
  return committed;
}

serve({ open, write });
