import { ConfigInvalidError, LIMITS, type LogRow, NameInvalidError } from '@hearsay/spi';
import type { LogUnderTest, SqlSession } from '@hearsay/testkit';
import { describe, expect, test } from 'vitest';
import {
  mysqlTriggerSql,
  postgresTriggerSql,
  sqliteTriggerSql,
  type TriggerOptions,
} from '../../src/index.js';
import * as mysql from '../mysql/support.js';
import * as postgres from '../postgres/support.js';
import { sqliteSession } from '../sqlite-session.js';
import { expectChain, openLog, readScope, START, temporaryPath } from '../support.js';

interface Subject {
  readonly log: LogUnderTest;
  readonly session: SqlSession;
  sqlOf(options: TriggerOptions): readonly string[];
}

/** The rows of `table` as a reader sees them, who also finds a whole chain. */
async function rows({ log }: Subject): Promise<readonly LogRow[]> {
  const reading = await readScope(log);
  expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
  return reading?.rows ?? [];
}

const targets = async (subject: Subject) =>
  (await rows(subject)).map(({ target }) => (target.kind === 'key' ? target.key : target.kind));

async function install(subject: Subject, keyColumns?: readonly string[]): Promise<void> {
  const options = { table: 'item', scope: 'table', ...(keyColumns ? { keyColumns } : {}) };
  // Twice, as migrations may.
  for (let i = 0; i < 2; i++)
    for (const sql of subject.sqlOf(options)) await subject.session.query(sql, []);
}

/** What holds on every database. The table is `item (shop, id, note)`. */
function common(make: () => Promise<Subject>): void {
  test('every change of a row is an invalidation of its key, old and new', async () => {
    const subject = await make();
    await install(subject, ['shop', 'id']);
    const { query } = subject.session;
    await query(`INSERT INTO item VALUES ('a', 1, 'x'), ('b', 2, 'x')`, []);
    await query(`UPDATE item SET note = 'y' WHERE id = 1`, []);
    await query(`UPDATE item SET id = 3 WHERE id = 2`, []);
    await query(`DELETE FROM item WHERE id = 1`, []);
    const found = await targets(subject);
    expect(found.slice(0, 3)).toEqual(['a/1', 'b/2', 'a/1']);
    expect(found.slice(3, 5).toSorted()).toEqual(['b/2', 'b/3']);
    expect(found.slice(5)).toEqual(['a/1']);
    expect((await rows(subject))[0]?.origin).toBe('trigger');
  });

  test('what is rolled back leaves nothing', async () => {
    const subject = await make();
    await install(subject, ['id']);
    const { query } = subject.session;
    await query('BEGIN', []);
    await query(`INSERT INTO item VALUES ('a', 1, 'x')`, []);
    await query('SAVEPOINT s', []);
    await query(`INSERT INTO item VALUES ('a', 2, 'x')`, []);
    await query('ROLLBACK TO SAVEPOINT s', []);
    await query('COMMIT', []);
    await query('BEGIN', []);
    await query(`INSERT INTO item VALUES ('a', 3, 'x')`, []);
    await query('ROLLBACK', []);
    expect(await targets(subject)).toEqual(['1']);
  });

  test('without columns the whole scope is invalidated', async () => {
    const subject = await make();
    await install(subject);
    await subject.session.query(`INSERT INTO item VALUES ('a', 1, 'x')`, []);
    await subject.session.query(`UPDATE item SET note = 'y'`, []);
    expect(await targets(subject)).toEqual(['scope', 'scope']);
  });

  test(`a key of ${LIMITS.keyBytesMax} bytes is one, a longer one is the whole scope, and null is empty`, async () => {
    const subject = await make();
    await install(subject, ['shop', 'note']);
    const { query } = subject.session;
    const note = (chars: number) => 'é'.repeat(chars);
    await query(`INSERT INTO item VALUES ('aa', 1, '${note((LIMITS.keyBytesMax - 3) / 2)}x')`, []);
    await query(`INSERT INTO item VALUES ('aaaa', 2, '${note((LIMITS.keyBytesMax - 4) / 2)}')`, []);
    await query(`INSERT INTO item VALUES (NULL, 3, 'x')`, []);
    expect(await targets(subject)).toEqual([expect.stringMatching(/^aa\/é+x$/), 'scope', '/x']);
  });
}

const CREATE = 'CREATE TABLE item (shop VARCHAR(16), id INTEGER, note VARCHAR(2000))';

describe('triggers on SQLite', () => {
  common(async () => {
    const path = temporaryPath();
    const log = await openLog(path);
    const session = sqliteSession('node:sqlite', path);
    await session.query(CREATE, []);
    return { log, session, sqlOf: sqliteTriggerSql };
  });
});

postgres.describePostgres('triggers on PostgreSQL', () => {
  async function make() {
    const made = await postgres.newSchema();
    const log = await postgres.openLog(made);
    const session = await postgres.session(made);
    await session.query(CREATE, []);
    const sqlOf = (options: TriggerOptions) =>
      postgresTriggerSql({ ...options, schema: made.schema });
    return { made, log, session, sqlOf };
  }
  common(make);

  test('append when the transaction commits, not before: others of the scope do not wait (L6)', async () => {
    const subject = await make();
    await install(subject, ['id']);
    const other = await postgres.session(subject.made);
    const { query } = subject.session;
    await query('BEGIN', []);
    await query(`INSERT INTO item VALUES ('a', 1, 'x')`, []);
    await other.query(`INSERT INTO item VALUES ('a', 2, 'x')`, []);
    await query('COMMIT', []);
    expect(await targets(subject)).toEqual(['2', '1']);
  });

  test('of a whole scope append once a transaction, and once more after TRUNCATE', async () => {
    const subject = await make();
    await install(subject);
    const { query } = subject.session;
    await query(`INSERT INTO item SELECT 'a', n, 'x' FROM generate_series(1, 1000) n`, []);
    await query('TRUNCATE item', []);
    expect(await targets(subject)).toEqual(['scope', 'scope']);
  });

  test('need no right of the writer to the log', async () => {
    const subject = await make();
    await install(subject, ['id']);
    const { pool, schema } = subject.made;
    const role = schema.replace('test', 'role');
    await pool.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT INSERT ON item TO ${role}`);
    await subject.session.query(`SET ROLE ${role}`, []);
    await subject.session.query(`INSERT INTO item VALUES ('a', 1, 'x')`, []);
    expect(await targets(subject)).toEqual(['1']);
    await subject.session.query('RESET ROLE', []);
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});

mysql.describeMysql('triggers on MySQL', (server) => {
  common(async () => {
    const made = await mysql.newDatabase(server);
    const log = await mysql.openLog(made);
    const session = await mysql.session(made);
    await session.query(CREATE, []);
    return { log, session, sqlOf: mysqlTriggerSql };
  });
});

test.each([sqliteTriggerSql, postgresTriggerSql, mysqlTriggerSql])(
  'a trigger with a malformed name is not printed (%o)',
  (sqlOf) => {
    const options = { table: 'item', scope: 'table' };
    expect(() => sqlOf({ ...options, table: `x'; DROP` })).toThrow(ConfigInvalidError);
    expect(() => sqlOf({ ...options, keyColumns: ['a"b'] })).toThrow(ConfigInvalidError);
    expect(() => sqlOf({ ...options, tableSchema: '' })).toThrow(ConfigInvalidError);
    expect(() => sqlOf({ ...options, scope: 'Bad Scope' })).toThrow(NameInvalidError);
  },
);
