import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Hearsay } from '@hearsay/embed';
import type { WriteTransaction } from '@hearsay/version-log';
import { openCatalogue } from '../demo/catalogue.ts';
import { DeadlyDatabase } from './deadly-database.ts';
import {
  type ChangedRow,
  conditionOf,
  type DeathMoment,
  type NodeStore,
  RolledBackError,
  type Row,
  type Written,
} from './node-store.ts';
import type { PlannedWrite } from './writes.ts';

const BUSY_MS = 1_000;

/** The rows in a SQLite file that all nodes share (sqlite-database.ts). */
export class SqliteStore implements NodeStore {
  readonly log: { readonly sqlite: string };
  readonly #path: string;
  readonly #writing: DatabaseSync;
  readonly #find: StatementSync;

  constructor(path: string) {
    this.log = { sqlite: path };
    this.#path = path;
    this.#writing = openCatalogue(path, { readOnly: false, busyMs: BUSY_MS });
    // Loaders read over a connection of their own: they must not see a transaction that is still open.
    const reading = openCatalogue(path, { readOnly: true, busyMs: BUSY_MS });
    this.#find = reading.prepare(
      'SELECT revision, write_id FROM chaos_row WHERE scope = ? AND key = ?',
    );
  }

  async find(scope: string, key: string): Promise<Row> {
    const row = this.#find.get(scope, key);
    return { revision: Number(row?.['revision']), write: Number(row?.['write_id']) };
  }

  write(hearsay: Hearsay, id: number, plan: PlannedWrite): Promise<Written> {
    return writeOver(this.#writing, hearsay, id, plan);
  }

  async dieWriting(
    hearsay: Hearsay,
    id: number,
    plan: PlannedWrite,
    moment: DeathMoment,
  ): Promise<void> {
    await writeOver(new DeadlyDatabase(this.#path, moment), hearsay, id, plan);
  }
}

async function writeOver(
  db: DatabaseSync,
  hearsay: Hearsay,
  id: number,
  { changes, isRolledBack, revokes }: PlannedWrite,
): Promise<Written> {
  const callback = (tx: WriteTransaction): ChangedRow | undefined => {
    const changed = changes.map(({ scope, target }) => {
      tx.invalidate(scope, target);
      const { where, values } = conditionOf(target);
      const sql = `UPDATE chaos_row SET revision = revision + 1, write_id = ? WHERE scope = ? AND ${where} RETURNING key, revision`;
      return db.prepare(sql).all(id, scope, ...values) as unknown as ChangedRow[];
    });
    if (isRolledBack) throw new RolledBackError('as planned');
    return changed[0]?.[0];
  };
  if (revokes) {
    const { value, ...revoked } = await hearsay.writeAndRevoke(db, callback);
    return { row: value, token: revoked.token, revoked };
  }
  const { value, token } = await hearsay.write(db, callback);
  return { row: value, token };
}
