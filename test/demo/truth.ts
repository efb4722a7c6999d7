import type { StatementSync } from 'node:sqlite';
import type { TargetKind } from '@hearsay/spi';
import { CatalogueReader, openCatalogue, tagsOf } from './catalogue.ts';
import { History } from './history.ts';
import { Invalidations } from './invalidations.ts';
import { SCOPES } from './scopes.ts';

/** The truth as the database holds it, read over a connection of the observer's own. */
export class Truth {
  readonly history = new History();
  readonly invalidations = new Invalidations();
  /** Every row's key. */
  readonly keys: readonly string[];
  readonly #tags: ReadonlyMap<string, readonly string[]>;
  readonly #reader: CatalogueReader;
  readonly #prepareLog: () => StatementSync;
  #log: StatementSync | undefined;
  #historyId = 0;

  constructor(database: string) {
    const db = openCatalogue(database, { readOnly: true, busyMs: 1000 });
    this.#reader = new CatalogueReader(db);
    const items = this.#reader.all('package');
    this.keys = items.map(({ key }) => key);
    this.#tags = new Map(items.map((item) => [item.key, tagsOf(item)]));
    for (const key of this.keys) for (const scope of SCOPES) this.history.seed(scope, key);
    this.#prepareLog = () =>
      db.prepare(
        'SELECT version, kind, key FROM hearsay_log WHERE scope = ? AND version > ? ORDER BY version',
      );
  }

  /** Reads what was committed since the last time. @returns the rows that changed */
  read(): { readonly scope: string; readonly key: string }[] {
    const changed = this.#reader.historyAfter(this.#historyId);
    for (const row of changed) {
      this.#historyId = row.id;
      this.history.committed(row);
    }
    // The services make the log's tables: not before the first of them is up.
    if (changed.length > 0) this.#readLog();
    return changed;
  }

  tagsOf(key: string): readonly string[] {
    return this.#tags.get(key) ?? [];
  }

  #readLog(): void {
    this.#log ??= this.#prepareLog();
    for (const scope of SCOPES)
      for (const row of this.#log.all(scope, this.invalidations.newest(scope))) {
        const target = { kind: row['kind'] as TargetKind, key: String(row['key']) };
        this.invalidations.committed(scope, Number(row['version']), target);
      }
  }
}
