import type { NodeStore } from './node-store.ts';
import { PostgresStore } from './postgres-store.ts';
import type { DatabaseKind } from './service-database.ts';
import { SqliteStore } from './sqlite-store.ts';

/** Connects to nothing yet. */
export function openNodeStore(database: {
  readonly kind: DatabaseKind;
  readonly address: string;
}): NodeStore {
  switch (database.kind) {
    case 'sqlite':
      return new SqliteStore(database.address);
    case 'postgres':
      return new PostgresStore(database.address);
  }
}
