/**
 * Holds the write lock of the file argv[2] with the library argv[3], opens and closes the file by
 * way of argv[4], then commits. Says `locked`, waits for a line, says `looked`, waits, and says `committed`.
 */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline/promises';
import { openSqliteLog } from '@hearsay/version-log';

const [path = '', library = '', way = ''] = process.argv.slice(2);
const lines = createInterface(process.stdin)[Symbol.asyncIterator]();

const open = (name: string) =>
  name === 'node:sqlite'
    ? new (process.getBuiltinModule('node:sqlite').DatabaseSync)(path)
    : new (createRequire(import.meta.url)('better-sqlite3'))(path);

const db = open(library);
db.exec('BEGIN IMMEDIATE; INSERT INTO item VALUES (1)');
console.log('locked');
await lines.next();
if (way === 'log') {
  const log = await openSqliteLog({ path, driver: library as never });
  await log.poll({ positions: new Map(), rowsMax: 1 });
  await log.close();
} else {
  const other = open(way);
  other.prepare('SELECT * FROM item').all();
  other.close();
}
console.log('looked');
await lines.next();
db.exec('COMMIT');
console.log('committed');
process.exit(0);
