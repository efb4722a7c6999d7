/** The run's own tables, and what is read of them and of the log; names and numbers are the run's own. */
import type { Committed, Named, Visible } from '../truth.ts';
import { isSqlite, type Row, type Stage } from './stage.ts';

/** The table whose changes append by triggers, and their scope. */
export const CHANGED_TABLE = 'item';
export const CHANGED_SCOPE = 'item';
export const CHANGED_COLUMNS = ['session', 'serial', 'n'] as const;

/** @param id the column that numbers rows by itself, the naive reader's; on SQLite without AUTOINCREMENT */
export function tablesSql(id: string): readonly string[] {
  return [
    `CREATE TABLE committed (id ${id}, session INTEGER NOT NULL, serial INTEGER NOT NULL,
      scope VARCHAR(64) NOT NULL, kind VARCHAR(8) NOT NULL, name VARCHAR(64) NOT NULL)`,
    `CREATE TABLE ${CHANGED_TABLE} (session INTEGER NOT NULL, serial INTEGER NOT NULL, n INTEGER NOT NULL,
      PRIMARY KEY (session, serial, n))`,
  ];
}

export function noteSql(session: number, serial: number, rows: readonly Named[]): string {
  const values = rows.map(
    ({ scope, kind, name }) => `(${session}, ${serial}, '${scope}', '${kind}', '${name}')`,
  );
  return `INSERT INTO committed (session, serial, scope, kind, name) VALUES ${values.join()}`;
}

/**
 * Waits for all who have written into the side table: what a broken connection has sent may still be
 * under way. On SQLite nothing outlives its process.
 */
export async function settle(stage: Stage): Promise<void> {
  const { database } = stage.place;
  if (isSqlite(database)) return;
  const statements =
    database === 'mariadb'
      ? ['LOCK TABLES committed WRITE', 'UNLOCK TABLES']
      : ['BEGIN', 'LOCK TABLE committed IN SHARE MODE', 'COMMIT'];
  const connection = await stage.connect();
  for (const sql of statements) await connection.run(sql);
  await connection.close();
}

export async function visible(stage: Stage): Promise<Visible> {
  const rows = await stage.select(
    'SELECT session, max(serial) AS serial FROM committed GROUP BY session',
  );
  return new Map(rows.map((row) => [Number(row['session']), Number(row['serial'])]));
}

export async function committed(stage: Stage): Promise<readonly Committed[]> {
  return (await stage.select('SELECT session, serial, scope, kind, name FROM committed')).map(
    committedOf,
  );
}

/** Rows of the side table behind the one of this number. */
export async function committedAfter(
  stage: Stage,
  id: number,
  rowsMax: number,
): Promise<readonly (Committed & { readonly id: number })[]> {
  const rows = await stage.select(
    `SELECT id, session, serial, scope, kind, name FROM committed WHERE id > ${id} ORDER BY id LIMIT ${rowsMax}`,
  );
  return rows.map((row) => ({ ...committedOf(row), id: Number(row['id']) }));
}

export async function newestId(stage: Stage): Promise<number> {
  const [row] = await stage.select('SELECT max(id) AS id FROM committed');
  return Number(row?.['id'] ?? 0);
}

/** A row of the log. In mode xid8 `version` is the transaction and `prevId` is empty. */
export interface LoggedRow {
  readonly scope: string;
  readonly version: number;
  readonly appendId: string;
  readonly prevId: string;
  readonly kind: string;
  readonly name: string;
}

/** The log by scope, each in the order of versions. @param origin only what it appended */
export async function logged(
  stage: Stage,
  origin?: string,
): Promise<ReadonlyMap<string, readonly LoggedRow[]>> {
  const isXid = stage.place.database === 'postgres-xid8';
  const columns = isXid ? `l.xid::text AS version, '' AS prev_id` : 'l.version, l.prev_id';
  const where = origin === undefined ? '' : `WHERE l.origin = '${origin}'`;
  const rows = await stage.select(
    `SELECT l.scope, ${columns}, l.append_id, l.kind, l.key AS name FROM hearsay_log l ${where}
     ORDER BY l.scope, ${isXid ? 'l.xid' : 'l.version'}`,
  );
  return Map.groupBy(rows.map(loggedOf), ({ scope }) => scope);
}

export interface Counter {
  readonly scope: string;
  readonly version: number;
  readonly appendId: string;
}

/** None in mode xid8. */
export async function counters(stage: Stage): Promise<readonly Counter[]> {
  if (stage.place.database === 'postgres-xid8') return [];
  const rows = await stage.select('SELECT scope, version, append_id FROM hearsay_scope');
  return rows.map((row) => ({
    scope: String(row['scope']),
    version: Number(row['version']),
    appendId: String(row['append_id']),
  }));
}

function committedOf(row: Row): Committed {
  return {
    session: Number(row['session']),
    serial: Number(row['serial']),
    scope: String(row['scope']),
    kind: String(row['kind']) as Committed['kind'],
    name: String(row['name']),
  };
}

function loggedOf(row: Row): LoggedRow {
  return {
    scope: String(row['scope']),
    version: Number(row['version']),
    appendId: String(row['append_id']),
    prevId: String(row['prev_id']),
    kind: String(row['kind']),
    name: String(row['name']),
  };
}
