/**
 * Writes to the log at argv[2] as node argv[3], argv[4] times, by the numbers of seed argv[5]: one
 * to three keys of one or two scopes, and an item for each; every fourth write is rolled back.
 * Prints the places that were committed as JSON.
 */
import { DatabaseSync } from 'node:sqlite';
import { type Epoch, type LogPlace, nodeNameOf, type Scope } from '@hearsay/spi';
import { openSqliteLog, WriteContendedError } from '@hearsay/version-log';

const [path = '', node = '', count = '0', seed = '0'] = process.argv.slice(2);
let state = Number(seed);
const below = (limit: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};

const log = await openSqliteLog({ path, writeWaitMs: 60_000 });
const db = new DatabaseSync(path);
const origin = { node: nodeNameOf(node), epoch: '00000000000000aa' as Epoch };
const committed: { scope: Scope; place: LogPlace | undefined }[] = [];
const takeBack = new Error('taken back');

for (let i = 0; i < Number(count); i++) {
  const scopes = [['table'], ['role'], ['table', 'role']][below(3)] ?? [];
  try {
    const { announcements } = await log.write(db, origin, (tx) => {
      for (const scope of scopes)
        for (let k = below(3); k >= 0; k--) {
          const key = `${node}/${i}/${k}`;
          tx.invalidate(scope, { key });
          db.prepare('INSERT INTO item (text) VALUES (?)').run(`${scope} ${key}`);
        }
      if (below(4) === 0) throw takeBack;
    });
    for (const { scope, place } of announcements) committed.push({ scope, place });
  } catch (error) {
    // Outside WAL readers may hold up a commit, which is then undone and to be retried.
    if (error instanceof WriteContendedError) i--;
    else if (error !== takeBack) throw error;
  }
}
console.log(JSON.stringify(committed));
db.close();
await log.close();
