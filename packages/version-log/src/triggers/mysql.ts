import { logTables, quoted, TABLE_PREFIX_DEFAULT, tablePrefixOf } from '../tables.js';
import { KEY_BYTES_MAX, type TriggerOptions, validTrigger } from './options.js';

const NAME_CHARS_MAX = 64;

/**
 * Triggers for a table whose writers cannot be changed, as statements to be run one by one by the
 * owner of the log's tables. Running them again changes nothing.
 *
 * They append with the change itself and hold the counter until the commit: writers of one scope
 * wait for each other that long, and transactions may be told to retry (1213). TRUNCATE fires none.
 *
 * @throws {ConfigInvalidError} {@link NameInvalidError}
 */
export function mysqlTriggerSql(options: TriggerOptions): readonly string[] {
  const { scope, table, target, columns } = validTrigger('mysql', options);
  const prefix = tablePrefixOf(options.tablePrefix ?? TABLE_PREFIX_DEFAULT);
  const t = logTables('mysql', options);
  const schema =
    options.tableSchema === undefined ? '' : `${quoted('mysql', options.tableSchema)}.`;
  const key = (row: 'NEW' | 'OLD') =>
    columns.length === 0
      ? 'NULL'
      : `CONCAT_WS('/', ${columns.map((name) => `COALESCE(${row}.${quoted('mysql', name)}, '')`).join(', ')})`;
  const append = (one: string) => `  SET k = ${one};
  SET i = LOWER(HEX(RANDOM_BYTES(8)));
  INSERT INTO ${t.log} (scope, version, append_id, prev_id, kind, \`key\`, origin, appended_at)
  VALUES ('${scope}', v + 1, i, p, IF(OCTET_LENGTH(k) <= ${KEY_BYTES_MAX}, 'key', 'scope'),
    IF(OCTET_LENGTH(k) <= ${KEY_BYTES_MAX}, k, ''), 'trigger', CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED));
  SET v = v + 1, p = i;`;
  const trigger = (event: string, body: string) => {
    const suffix = `_${event.toLowerCase()}`;
    const name = `${schema}${quoted('mysql', (prefix + table).slice(0, NAME_CHARS_MAX - suffix.length) + suffix)}`;
    return [
      `DROP TRIGGER IF EXISTS ${name}`,
      `CREATE TRIGGER ${name} AFTER ${event} ON ${target} FOR EACH ROW BEGIN
  DECLARE v BIGINT;
  DECLARE p, i CHAR(16) CHARACTER SET ascii COLLATE ascii_bin;
  DECLARE k LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  SELECT version, append_id INTO v, p FROM ${t.scope} WHERE scope = '${scope}' FOR UPDATE;
  IF v IS NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'scope ${scope} has no counter in the log of Hearsay';
  END IF;
${body}
  UPDATE ${t.scope} SET version = v, append_id = p WHERE scope = '${scope}';
END`,
    ];
  };
  const update =
    columns.length === 0
      ? append(key('NEW'))
      : `${append(key('NEW'))}
  IF k <> CONVERT(${key('OLD')} USING utf8mb4) COLLATE utf8mb4_bin THEN
${append(key('OLD'))}
  END IF;`;
  return [
    `INSERT IGNORE INTO ${t.scope} (scope, version, append_id, floor) VALUES ('${scope}', 0, '0000000000000000', 0)`,
    ...trigger('INSERT', append(key('NEW'))),
    ...trigger('UPDATE', update),
    ...trigger('DELETE', append(key('OLD'))),
  ];
}
