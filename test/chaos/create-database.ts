import { PostgresDatabase } from './postgres-database.ts';
import type { DatabaseKind, ServiceDatabase } from './service-database.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** @param directory an empty one, which everyone may then pass through */
export function createDatabase(kind: DatabaseKind, directory: string): Promise<ServiceDatabase> {
  switch (kind) {
    case 'sqlite':
      return SqliteDatabase.create(directory);
    case 'postgres':
      return PostgresDatabase.create(directory);
  }
}
