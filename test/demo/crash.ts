import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { Hearsay } from 'hearsay';
import { CatalogueReader, CatalogueWriter } from './catalogue.ts';

/** Ends this process with SIGKILL as soon as a COMMIT has returned. */
class DeadlyDatabase extends DatabaseSync {
  override exec(sql: string): void {
    super.exec(sql);
    if (/^\s*COMMIT/i.test(sql)) process.kill(process.pid, 'SIGKILL');
  }
}

/**
 * Makes a write and dies by SIGKILL between its commit and its gossip: the worst moment there is,
 * since nobody but the log knows of the write.
 */
export async function dieAfterCommit(hearsay: Hearsay, database: string): Promise<void> {
  const db = new DeadlyDatabase(database);
  const item = new CatalogueReader(db).all('package')[0];
  if (!item) throw new Error('the catalogue is empty');
  await hearsay.write(db, (tx) => {
    const target = { key: item.key };
    new CatalogueWriter(db).touch('package', target, `crash-${randomUUID()}`);
    tx.invalidate('package', target);
  });
}
