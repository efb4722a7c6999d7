import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { TargetInput } from '@hearsay/spi';
import type { InstalledPackage } from './installed-packages.ts';
import { type DemoScope, SCOPES } from './scopes.ts';

/** A row as the service answers it. */
export interface Item {
  readonly key: string;
  /** Grows by one with every committed change of the row; 1 as first read from disk. */
  readonly revision: number;
  /** Names the change that made this revision. */
  readonly writeId: string;
  readonly licence: string;
  readonly [field: string]: unknown;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE package (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, files INTEGER NOT NULL,
    licence TEXT NOT NULL, dependencies TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1, write_id TEXT NOT NULL DEFAULT 'disk'
  ) WITHOUT ROWID;
  CREATE TABLE licence (
    key TEXT PRIMARY KEY, licence TEXT NOT NULL, permissive INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1, write_id TEXT NOT NULL DEFAULT 'disk'
  ) WITHOUT ROWID;
  -- Every revision that was ever committed: the observer's truth. SQLite gives its ids under the one
  -- write lock, so their order is the order of commits.
  CREATE TABLE history (
    id INTEGER PRIMARY KEY, scope TEXT NOT NULL, key TEXT NOT NULL,
    revision INTEGER NOT NULL, write_id TEXT NOT NULL
  );
  ${SCOPES.map(
    (scope) => `
  CREATE TRIGGER ${scope}_history AFTER UPDATE ON ${scope} BEGIN
    INSERT INTO history (scope, key, revision, write_id)
    VALUES ('${scope}', new.key, new.revision, new.write_id);
  END;`,
  ).join('')}
`;

const PERMISSIVE = /^(MIT|ISC|BSD|Apache-2\.0|0BSD|Unlicense|BlueOak)/;

/** Creates the database file. */
export function createCatalogue(path: string, packages: readonly InstalledPackage[]): void {
  using db = new DatabaseSync(path);
  db.exec(SCHEMA);
  const insertPackage = db.prepare(
    'INSERT INTO package (key, name, version, files, licence, dependencies) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const insertLicence = db.prepare(
    'INSERT INTO licence (key, licence, permissive) VALUES (?, ?, ?)',
  );
  db.exec('BEGIN');
  for (const item of packages) {
    const dependencies = item.dependencies.join(' ');
    insertPackage.run(item.key, item.name, item.version, item.files, item.licence, dependencies);
    insertLicence.run(item.key, item.licence, PERMISSIVE.test(item.licence) ? 1 : 0);
  }
  db.exec('COMMIT');
}

/** @returns a connection that waits at most `busyMs` for another writer */
export function openCatalogue(
  path: string,
  options: { readOnly: boolean; busyMs: number },
): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: options.readOnly, timeout: options.busyMs });
  if (!options.readOnly) db.exec('PRAGMA synchronous = NORMAL');
  return db;
}

/** Reads of the catalogue over one connection. */
export class CatalogueReader {
  readonly #find: Record<DemoScope, StatementSync>;
  readonly #all: Record<DemoScope, StatementSync>;
  readonly #history: StatementSync;

  constructor(db: DatabaseSync) {
    const prepare = (scope: DemoScope, where: string) =>
      db.prepare(`SELECT *, write_id AS writeId FROM ${scope} ${where}`);
    this.#find = {
      package: prepare('package', 'WHERE key = ?'),
      licence: prepare('licence', 'WHERE key = ?'),
    };
    this.#all = { package: prepare('package', ''), licence: prepare('licence', '') };
    this.#history = db.prepare('SELECT * FROM history WHERE id > ? ORDER BY id');
  }

  find(scope: DemoScope, key: string): Item | undefined {
    const row = this.#find[scope].get(key);
    return row && itemOf(row);
  }

  all(scope: DemoScope): Item[] {
    return this.#all[scope].all().map(itemOf);
  }

  /** @param id the last one seen, 0 for all */
  historyAfter(id: number): HistoryRow[] {
    return this.#history.all(id) as unknown as HistoryRow[];
  }
}

/** One committed revision. */
export interface HistoryRow {
  readonly id: number;
  readonly scope: DemoScope;
  readonly key: string;
  readonly revision: number;
  readonly write_id: string;
}

/** Changes of the catalogue, to be run inside the caller's transaction. */
export class CatalogueWriter {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * Gives every row that `target` names a new revision.
   * @returns the highest revision given; `undefined` where no row was named
   */
  touch(scope: DemoScope, target: TargetInput, writeId: string): number | undefined {
    const { where, values } = conditionOf(target);
    const sql = `UPDATE ${scope} SET revision = revision + 1, write_id = ? WHERE ${where} RETURNING revision`;
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    let highest: number | undefined;
    for (const row of statement.all(writeId, ...values))
      highest = Math.max(highest ?? 0, row['revision'] as number);
    return highest;
  }
}

/** The tags under which a row is cached. */
export function tagsOf(item: { readonly licence: string }): string[] {
  return [`licence:${item.licence}`];
}

function conditionOf(target: TargetInput): { where: string; values: string[] } {
  if ('key' in target) return { where: 'key = ?', values: [target.key] };
  if ('tag' in target)
    return { where: 'licence = ?', values: [target.tag.replace(/^licence:/, '')] };
  // '0' is the character after '/': the range holds exactly what is below the prefix.
  if ('prefix' in target)
    return {
      where: '(key = ? OR (key >= ? AND key < ?))',
      values: [target.prefix, `${target.prefix}/`, `${target.prefix}0`],
    };
  return { where: 'true', values: [] };
}

function itemOf(row: Record<string, unknown>): Item {
  const { write_id: _, ...item } = row;
  return item as unknown as Item;
}
