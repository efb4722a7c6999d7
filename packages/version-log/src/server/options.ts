import { integerWithin } from '../options.js';
import { schemaOf, TABLE_PREFIX_DEFAULT, tablePrefixOf } from '../tables.js';

/** What logs on database servers have in common. */
export interface ServerLogOptions {
  /** The schema (PostgreSQL) or database (MySQL) of the log's tables; the connection's own by default. */
  readonly schema?: string;
  /** 1 … 32 of a-z, 0-9, `_`; `hearsay_` by default. */
  readonly tablePrefix?: string;
  /** How long a poll may take, 1 … 600,000; 2,000 by default. */
  readonly pollTimeoutMs?: number;
  /** How long the log's own writes may take, 1 … 600,000; 5,000 by default. */
  readonly writeTimeoutMs?: number;
  /** How long a node is discovered without announcing itself, 1,000 … 86,400,000; 60,000 by default. */
  readonly discoveryWindowMs?: number;
}

export type ValidServerLogOptions = Required<Omit<ServerLogOptions, 'schema'>> & {
  readonly schema: string | undefined;
};

/** Of all servers; those of one database come beside. */
export const SERVER_FIELDS: Record<keyof ServerLogOptions, true> = {
  schema: true,
  tablePrefix: true,
  pollTimeoutMs: true,
  writeTimeoutMs: true,
  discoveryWindowMs: true,
};

/** @throws {ConfigInvalidError} names the option and its range */
export function validServerOptions(options: ServerLogOptions): ValidServerLogOptions {
  const { schema, tablePrefix, pollTimeoutMs, writeTimeoutMs, discoveryWindowMs } = options;
  return {
    schema: schema === undefined ? undefined : schemaOf(schema),
    tablePrefix: tablePrefixOf(tablePrefix ?? TABLE_PREFIX_DEFAULT),
    pollTimeoutMs: integerWithin('pollTimeoutMs', pollTimeoutMs ?? 2000, 1, 600_000),
    writeTimeoutMs: integerWithin('writeTimeoutMs', writeTimeoutMs ?? 5000, 1, 600_000),
    discoveryWindowMs: integerWithin(
      'discoveryWindowMs',
      discoveryWindowMs ?? 60_000,
      1000,
      86_400_000,
    ),
  };
}
