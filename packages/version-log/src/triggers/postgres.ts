import { logTables, quoted, TABLE_PREFIX_DEFAULT, tablePrefixOf } from '../tables.js';
import { KEY_BYTES_MAX, type TriggerOptions, validTrigger } from './options.js';

/**
 * Triggers for a table whose writers cannot be changed, as statements to be run one by one by the
 * owner of the log's tables. Running them again changes nothing.
 *
 * They are deferred: the appends come last in the transaction, as rule L6 wants them, whoever
 * writes. One transaction that changes tables of two scopes may still meet another one that does so
 * in another order, and be told to retry (40P01).
 *
 * @param options with the schema of the log's tables, `public` by default
 * @throws {ConfigInvalidError} {@link NameInvalidError}
 */
export function postgresTriggerSql(options: TriggerOptions): readonly string[] {
  const { scope, target, columns } = validTrigger('postgres', options);
  const schema = options.schema ?? 'public';
  const prefix = tablePrefixOf(options.tablePrefix ?? TABLE_PREFIX_DEFAULT);
  const t = logTables('postgres', { schema, tablePrefix: prefix });
  const changed = `${quoted('postgres', schema)}.${prefix}changed`;
  const args = [scope, ...columns].map((text) => `'${text}'`).join(', ');
  return [
    `CREATE OR REPLACE FUNCTION ${changed}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $hearsay$
DECLARE
  of_scope text := TG_ARGV[0];
  whole text := 'hearsay.whole_' || md5(TG_ARGV[0]);
  keys text[];
  one text;
  head record;
  link text;
BEGIN
  IF TG_NARGS = 1 OR TG_OP = 'TRUNCATE' THEN
    -- Once a transaction is enough; a rollback to a savepoint takes the mark back too.
    IF current_setting(whole, true) = pg_current_xact_id()::text THEN RETURN NULL; END IF;
    PERFORM set_config(whole, pg_current_xact_id()::text, true);
    keys := ARRAY[NULL::text];
  ELSE
    keys := ARRAY(
      SELECT DISTINCT (SELECT string_agg(coalesce(image ->> c.name, ''), '/' ORDER BY c.at)
        FROM unnest(TG_ARGV[1:]) WITH ORDINALITY AS c (name, at))
      FROM (VALUES (CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END),
        (CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END)) AS i (image)
      WHERE image IS NOT NULL);
  END IF;
  SELECT version, append_id INTO head FROM ${t.scope} WHERE scope = of_scope FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'scope % has no counter in the log of Hearsay', of_scope
      USING HINT = 'Run the statements that made this trigger again.';
  END IF;
  FOREACH one IN ARRAY keys LOOP
    link := left(md5(gen_random_uuid()::text), 16);
    INSERT INTO ${t.log} (scope, version, append_id, prev_id, kind, key, origin, appended_at)
    VALUES (of_scope, head.version + 1, link, head.append_id,
      CASE WHEN octet_length(one) <= ${KEY_BYTES_MAX} THEN 'key' ELSE 'scope' END,
      CASE WHEN octet_length(one) <= ${KEY_BYTES_MAX} THEN one ELSE '' END,
      'trigger', (extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    SELECT head.version + 1 AS version, link AS append_id INTO head;
  END LOOP;
  UPDATE ${t.scope} SET version = head.version, append_id = head.append_id WHERE scope = of_scope;
  RETURN NULL;
END $hearsay$`,
    `INSERT INTO ${t.scope} (scope, version, append_id, floor)
VALUES ('${scope}', 0, '0000000000000000', 0) ON CONFLICT DO NOTHING`,
    `DROP TRIGGER IF EXISTS ${prefix}changed ON ${target}`,
    `CREATE CONSTRAINT TRIGGER ${prefix}changed AFTER INSERT OR UPDATE OR DELETE ON ${target}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ${changed}(${args})`,
    `DROP TRIGGER IF EXISTS ${prefix}truncated ON ${target}`,
    `CREATE TRIGGER ${prefix}truncated AFTER TRUNCATE ON ${target}
FOR EACH STATEMENT EXECUTE FUNCTION ${changed}('${scope}')`,
  ];
}
