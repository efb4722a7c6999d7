import { DatabaseSync } from 'node:sqlite';
import { startHearsay } from 'hearsay';

const [role = 'read'] = process.argv.slice(2);
const db = new DatabaseSync('shop.db', { timeout: 1000 });
db.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS price (item PRIMARY KEY, cents)');
db.exec("INSERT OR IGNORE INTO price VALUES ('tea', 350)");
const hearsay = await startHearsay({ node: role, log: { sqlite: 'shop.db' } });
const prices = hearsay.cache<unknown>('price', { ttlMs: 60_000 });
const load = () => db.prepare('SELECT cents FROM price WHERE item = ?').get('tea')?.['cents'];
if (role === 'write') {
  await hearsay.write(db, (tx) => {
    db.exec("UPDATE price SET cents = cents + 1 WHERE item = 'tea'");
    tx.invalidate('price', { key: 'tea' });
  });
} else {
  console.log('tea costs', await prices.getOrLoad('tea', load));
  await new Promise((resolve) => hearsay.on('applied', resolve));
  console.log('tea costs', await prices.getOrLoad('tea', load), 'now');
}
await hearsay.close();
