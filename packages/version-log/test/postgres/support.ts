import type { SqlSession } from '@hearsay/testkit';
import { describe, onTestFinished, test } from 'vitest';
import {
  POSTGRES,
  type PostgresSchema,
  postgresSchema,
} from '../../../../test/databases/postgres.ts';
import {
  openPostgresLog,
  type PostgresLogOptions,
  type PostgresVersionLog,
} from '../../src/index.js';

export const URL = 'url' in POSTGRES ? POSTGRES.url : '';

/** A suite that is skipped, with the reason in its name, where no PostgreSQL can be had. */
export function describePostgres(name: string, body: () => void): void {
  if ('url' in POSTGRES) describe(name, body);
  else test.skip(`${name} [${POSTGRES.missing}]`, () => {});
}

/** A new schema that goes when the test is over. */
export async function newSchema(): Promise<PostgresSchema> {
  const made = await postgresSchema(URL);
  onTestFinished(() => made.drop());
  return made;
}

/** A machine that has much to do is no failure. */
const PATIENT = { pollTimeoutMs: 20_000, writeTimeoutMs: 20_000 };

export async function openLog(
  { schema }: PostgresSchema,
  options: Omit<PostgresLogOptions, 'mode'> = {},
): Promise<PostgresVersionLog> {
  const log = await openPostgresLog({
    ...(options.pool ? {} : { connectionString: URL }),
    schema,
    ...PATIENT,
    ...options,
  });
  onTestFinished(() => log.close());
  return log;
}

/** A connection of a user, as the adapters for object mappers show one. */
export async function session({ pool }: PostgresSchema): Promise<SqlSession> {
  const client = await pool.connect();
  onTestFinished(() => client.release(true));
  return {
    dialect: 'postgres',
    query: async (text, values) => (await client.query({ text, values: [...values] })).rows,
  };
}
