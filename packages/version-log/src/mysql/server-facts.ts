import { createHash } from 'node:crypto';
import { type DatabaseIncarnation, databaseIncarnationOf } from '@hearsay/spi';
import { LogReadOnlyError, LogServerUnfitError } from '../errors.js';

/** `JSON_TABLE`, and on MariaDB what `INSERT … RETURNING` needs. */
const MARIADB_MIN = [10, 6];
const MYSQL_MIN = [8, 0];

/** Variables of a server and its session by which it is judged. */
export const FACTS = [
  ...['version', 'autocommit', 'tx_isolation', 'transaction_isolation', 'hostname', 'port'],
  ...['server_id', 'server_uid', 'server_uuid', 'read_only', 'innodb_read_only', 'wsrep_on'],
  ...['group_replication_group_name', 'group_replication_single_primary_mode'],
] as const;

export type ServerFacts = ReadonlyMap<string, string>;

export function isMariadb(facts: ServerFacts): boolean {
  return facts.get('version')?.includes('MariaDB') ?? false;
}

/**
 * @throws {LogServerUnfitError} too old, or one of several primaries: a reader of another one could
 * miss what was committed here
 * @throws {LogReadOnlyError} a replica, or set to read only
 */
export function refuseUnfit(facts: ServerFacts): void {
  const version = facts.get('version') ?? '';
  const [min, name] = isMariadb(facts) ? [MARIADB_MIN, 'MariaDB'] : [MYSQL_MIN, 'MySQL'];
  const found = version.split('.').map((part) => Number.parseInt(part, 10));
  const isOlder =
    found[0] !== min[0] ? !((found[0] ?? 0) > (min[0] ?? 0)) : (found[1] ?? 0) < (min[1] ?? 0);
  if (isOlder)
    throw new LogServerUnfitError(
      `the server is ${name} ${version}: use ${min.join('.')} or newer`,
    );
  const isGroup = (facts.get('group_replication_group_name') ?? '') !== '';
  const isMulti = isGroup && facts.get('group_replication_single_primary_mode') === 'OFF';
  if (isMulti || facts.get('wsrep_on') === 'ON')
    throw new LogServerUnfitError(
      'the server is one of several primaries: use one with a single primary, such as replication with failover',
    );
  for (const name of ['read_only', 'innodb_read_only'])
    if (!isOff(facts.get(name)))
      throw new LogReadOnlyError(`the server has ${name} set: connect to the primary`);
}

/** MariaDB and MySQL write a switch as text or as a number. */
export function isOff(value: string | undefined): boolean {
  return value === undefined || value === 'OFF' || value === '0';
}

/**
 * Which life of the database this is (rule S4): which server, and since when it runs.
 * @param startedAt seconds since 1970, by its own clock
 */
export function incarnationOf(facts: ServerFacts, startedAt: string): DatabaseIncarnation {
  const names = ['server_uuid', 'server_uid', 'hostname', 'port', 'server_id'];
  const who = JSON.stringify(names.map((name) => facts.get(name)));
  const server = createHash('sha256').update(who).digest('hex').slice(0, 32);
  return databaseIncarnationOf(`${server}:${startedAt}`);
}
