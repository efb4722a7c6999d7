import type { Place, Stage } from './stage.ts';

/** Reaches the tables of a run from another of its processes; loads the driver that it needs alone. */
export async function joinStage(place: Place): Promise<Stage> {
  switch (place.database) {
    case 'sqlite':
    case 'better-sqlite3': {
      const { SqliteStage } = await import('./sqlite.ts');
      return new SqliteStage(place);
    }
    case 'postgres':
    case 'postgres-xid8': {
      const { PostgresStage } = await import('./postgres.ts');
      return new PostgresStage(place);
    }
    case 'mariadb': {
      const { MariadbStage } = await import('./mariadb.ts');
      return new MariadbStage(place);
    }
  }
}
