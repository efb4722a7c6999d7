import { logTables, quoted, TABLE_PREFIX_DEFAULT, tablePrefixOf } from '../tables.js';
import { KEY_BYTES_MAX, type TriggerOptions, validTrigger } from './options.js';

/**
 * Triggers for a table whose writers cannot be changed, as statements to be run one by one. Running
 * them again changes nothing. They append with the change itself, under the write lock that the
 * transaction has anyway.
 *
 * @throws {ConfigInvalidError} {@link NameInvalidError}
 */
export function sqliteTriggerSql(options: TriggerOptions): readonly string[] {
  const { scope, table, target, columns } = validTrigger('sqlite', options);
  const prefix = tablePrefixOf(options.tablePrefix ?? TABLE_PREFIX_DEFAULT);
  const t = logTables('sqlite', { tablePrefix: prefix });
  const key = (row: 'NEW' | 'OLD') =>
    columns.length === 0
      ? 'NULL'
      : columns.map((name) => `coalesce(${row}.${quoted('sqlite', name)}, '')`).join(" || '/' || ");
  const append = (one: string, when: string) => `  INSERT INTO ${t.log}
    SELECT scope, version + 1, lower(hex(randomblob(8))), append_id,
      iif(octet_length(k) <= ${KEY_BYTES_MAX}, 'key', 'scope'), iif(octet_length(k) <= ${KEY_BYTES_MAX}, k, ''),
      'trigger', CAST(unixepoch('subsec') * 1000 AS INTEGER)
    FROM (SELECT *, ${one} AS k FROM ${t.scope} WHERE scope = '${scope}' AND ${when});
  UPDATE ${t.scope} SET version = version + 1, append_id = (
      SELECT append_id FROM ${t.log} l WHERE l.scope = '${scope}' AND l.version = ${t.scope}.version + 1)
    WHERE scope = '${scope}' AND ${when};`;
  const trigger = (event: string, body: string) => {
    const name = quoted('sqlite', `${prefix}${table}_${event.toLowerCase()}`);
    return [
      `DROP TRIGGER IF EXISTS ${name}`,
      `CREATE TRIGGER ${name} AFTER ${event} ON ${target} FOR EACH ROW BEGIN\n${body}\nEND`,
    ];
  };
  const moved = `${key('NEW')} <> ${key('OLD')}`;
  const update =
    columns.length === 0
      ? append(key('NEW'), 'true')
      : `${append(key('NEW'), 'true')}\n${append(key('OLD'), moved)}`;
  return [
    `INSERT OR IGNORE INTO ${t.scope} VALUES ('${scope}', 0, '0000000000000000', 0)`,
    ...trigger('INSERT', append(key('NEW'), 'true')),
    ...trigger('UPDATE', update),
    ...trigger('DELETE', append(key('OLD'), 'true')),
  ];
}
