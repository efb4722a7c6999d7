import { type Invalidation, invalidationOf } from '@hearsay/spi';
import type { SqlSession } from '@hearsay/testkit';
import { describe, expect, test } from 'vitest';
import type { SqlTransaction } from '../../src/index.js';
import {
  appendInTransaction,
  LogReadOnlyError,
  LogTablesMissingError,
  ScopeMissingError,
  TransactionMissingError,
  TransactionRolledBackError,
  WriteContendedError,
} from '../../src/index.js';
import { SQLITE_DRIVERS } from '../../src/sqlite-driver.js';
import * as mysql from '../mysql/support.js';
import * as postgres from '../postgres/support.js';
import { sqliteSession } from '../sqlite-session.js';
import {
  expectChain,
  ORIGIN,
  openLog,
  readScope,
  START,
  temporaryPath,
  versionOf,
} from '../support.js';

const ONE = [invalidationOf('table', { key: 'k' })];
const TWO = [...ONE, invalidationOf('role', { all: true })];

/** The same session, with a record of what it was sent. */
function recorded(session: SqlSession): SqlSession & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    dialect: session.dialect,
    sent,
    query: (sql, params) => {
      sent.push(/^BEGIN NOT ATOMIC|^\w*/.exec(sql)?.[0] ?? '');
      return session.query(sql, params);
    },
  };
}

/** What MySQL sees of a statement: it skips the comments that MariaDB runs. */
function asMysql(session: SqlSession): SqlSession {
  return {
    dialect: 'mysql',
    query: (sql, params) => session.query(sql.replaceAll(/\/\*M!.*?\*\//gs, ''), params),
  };
}

/** Says nothing to connections that run no blocks. */
const MARIADB = { onMariadb: true };

/** A connection that may be sent a block of statements. */
function asBlocks(session: SqlSession): SqlTransaction {
  return { dialect: 'mysql', runsBlocks: true, query: session.query };
}

async function append(
  session: SqlTransaction,
  invalidations: readonly Invalidation[],
  begin = 'BEGIN',
) {
  await session.query(begin, []);
  try {
    return await appendInTransaction(session, ORIGIN, invalidations, MARIADB);
  } finally {
    await session.query('COMMIT', []);
  }
}

postgres.describePostgres('an append on PostgreSQL', () => {
  async function open() {
    const made = await postgres.newSchema();
    const log = await postgres.openLog(made);
    return { made, log, session: recorded(await postgres.session(made)) };
  }

  test('by eight writers at once makes one chain (L1)', async () => {
    const { made, log } = await open();
    await log.ensureScopes(['table', 'role']);
    const sessions = await Promise.all(Array.from({ length: 8 }, () => postgres.session(made)));
    await Promise.all(
      sessions.map(async (session, at) => {
        for (let i = 0; i < 10; i++) await append(session, at % 2 === 0 ? ONE : TWO);
      }),
    );
    const reading = await readScope(log);
    expect(reading?.head.version).toBe(80);
    expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
  });

  test('is one statement, of one scope and of several', async () => {
    const { log, session } = await open();
    await log.ensureScopes(['table', 'role']);
    await append(session, ONE);
    await append(session, TWO);
    expect(session.sent).toEqual(['BEGIN', 'WITH', 'COMMIT', 'BEGIN', 'WITH', 'COMMIT']);
    const reading = await readScope(log);
    expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
  });

  test('outside a transaction is one of its own', async () => {
    const { log, session } = await open();
    await log.ensureScopes(['table']);
    await appendInTransaction(session, ORIGIN, ONE);
    expect(await versionOf(log)).toBe(1);
  });

  test('of a scope without a counter says so (L6)', async () => {
    const { log, session } = await open();
    await log.ensureScopes(['role']);
    await expect(append(session, TWO)).rejects.toThrow(ScopeMissingError);
    await expect(append(session, ONE)).rejects.toThrow('table');
    expect(await versionOf(log)).toBe(0);
  });

  test('tells why it cannot be: no tables, read only, failed before', async () => {
    const { log, made, session } = await open();
    await log.ensureScopes(['table']);
    await expect(append(session, ONE, 'BEGIN READ ONLY')).rejects.toThrow(LogReadOnlyError);
    await session.query('BEGIN', []);
    await session.query('SELECT 1/0', []).catch(() => undefined);
    await expect(appendInTransaction(session, ORIGIN, ONE)).rejects.toThrow(
      TransactionRolledBackError,
    );
    await session.query('ROLLBACK', []);
    await made.pool.query('DROP TABLE hearsay_scope');
    await expect(append(session, ONE)).rejects.toThrow(LogTablesMissingError);
  });

  test('finds its tables by schema and prefix', async () => {
    const { made, session } = await open();
    const log = await postgres.openLog(made, { tablePrefix: 'other_' });
    await log.ensureScopes(['table']);
    await session.query('SET search_path = public', []);
    const place = { schema: made.schema, tablePrefix: 'other_' };
    const appended = await appendInTransaction(session, ORIGIN, ONE, place);
    expect(appended.positions[0]).toMatchObject({ logId: log.logId, version: 1 });
  });
});

mysql.describeMysql('an append on MySQL', (server) => {
  async function open() {
    const made = await mysql.newDatabase(server);
    const log = await mysql.openLog(made);
    await log.ensureScopes(['table', 'role']);
    return { made, log, session: recorded(await mysql.session(made)) };
  }

  if (server.name === 'MariaDB')
    test('is two statements on MariaDB, of one scope and of several', async () => {
      const { log, session } = await open();
      await append(session, ONE);
      await append(session, TWO);
      const one = ['BEGIN', 'INSERT', 'UPDATE', 'COMMIT'];
      expect(session.sent).toEqual([...one, ...one]);
      const reading = await readScope(log);
      expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
    });

  if (server.name === 'MariaDB') {
    test('of one row is one statement where the connection runs blocks', async () => {
      const { log, session } = await open();
      const blocks = asBlocks(session);
      const first = await append(blocks, ONE);
      await append(blocks, TWO);
      await append(blocks, [invalidationOf('table', { key: '日本' })]);
      const two = ['BEGIN', 'INSERT', 'UPDATE', 'COMMIT'];
      expect(session.sent).toEqual(['BEGIN', 'BEGIN NOT ATOMIC', 'COMMIT', ...two, ...two]);
      const reading = await readScope(log);
      expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
      expect(reading?.rows[0]?.appendId).toBe(first.announcements[0]?.place?.appendId);
    });

    test('is two statements where nobody has said that the server is MariaDB', async () => {
      const { session } = await open();
      await session.query('BEGIN', []);
      await appendInTransaction(asBlocks(session), ORIGIN, ONE);
      await session.query('COMMIT', []);
      expect(session.sent).toEqual(['BEGIN', 'INSERT', 'UPDATE', 'COMMIT']);
    });

    test('in a block does nothing outside a transaction, or for a scope without a counter', async () => {
      const { log, session } = await open();
      const blocks = asBlocks(session);
      await expect(appendInTransaction(blocks, ORIGIN, ONE, MARIADB)).rejects.toThrow(
        TransactionMissingError,
      );
      await expect(append(blocks, [invalidationOf('unknown', { all: true })])).rejects.toThrow(
        ScopeMissingError,
      );
      expect(await readScope(log)).toMatchObject({ head: { version: 0 }, rows: [] });
    });

    test('in blocks by eight writers at once makes one chain', async () => {
      const { made, log } = await open();
      const sessions = await Promise.all(Array.from({ length: 8 }, () => mysql.session(made)));
      await Promise.all(
        sessions.map(async (session) => {
          for (let i = 0; i < 10; i++) await append(asBlocks(session), ONE);
        }),
      );
      const reading = await readScope(log);
      expect(reading?.head.version).toBe(80);
      expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
    });
  }

  test('is six statements on MySQL', async () => {
    const { log, session } = await open();
    const plain = asMysql(session);
    const appended = await append(plain, TWO);
    await append(plain, ONE);
    const one = ['BEGIN', 'INSERT', 'SAVEPOINT', 'RELEASE', 'SELECT', 'INSERT', 'UPDATE', 'COMMIT'];
    expect(session.sent).toEqual([...one, ...one]);
    expect(appended.positions.map(({ scope, logId }) => [scope, logId])).toEqual([
      ['role', log.logId],
      ['table', log.logId],
    ]);
    const reading = await readScope(log);
    expect(reading?.head.version).toBe(2);
    expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
    expect(reading?.rows[0]).toMatchObject({
      appendId: appended.announcements[1]?.place?.appendId,
      origin: 'n1#00000000000000aa',
    });
  });

  test.each([
    ['as MariaDB and MySQL are', (session: SqlSession) => session],
    ['as MySQL sees it', asMysql],
  ])('outside a transaction is refused, and nothing is torn (%s)', async (_, view) => {
    const { log, session } = await open();
    await expect(appendInTransaction(view(session), ORIGIN, ONE)).rejects.toThrow(
      TransactionMissingError,
    );
    expect(await versionOf(log)).toBe(0);
    await append(session, ONE);
    expect((await readScope(log))?.rows).toHaveLength(1);
  });

  test.each([
    ['as MariaDB and MySQL are', (session: SqlSession) => session],
    ['as MySQL sees it', asMysql],
  ])(
    'of a scope without a counter says so; the chain stays whole if that is committed (%s)',
    async (_, view) => {
      const { log, session } = await open();
      const unknown = [...ONE, invalidationOf('unknown', { all: true })];
      await expect(append(view(session), unknown)).rejects.toThrow(ScopeMissingError);
      await append(session, ONE);
      const reading = await readScope(log);
      expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
    },
  );

  test('keeps names whole over a connection of another character set', async () => {
    const { log, session } = await open();
    await session.query('SET NAMES latin1', []);
    await append(session, [invalidationOf('table', { key: '日本/😀' })]);
    expect((await readScope(log))?.rows[0]?.target.key).toBe('日本/😀');
  });

  test('tells why it cannot be: no tables, read only', async () => {
    const { session } = await open();
    await expect(append(session, ONE, 'START TRANSACTION READ ONLY')).rejects.toThrow(
      LogReadOnlyError,
    );
    await session.query('DROP TABLE hearsay_scope', []);
    await expect(append(session, ONE)).rejects.toThrow(LogTablesMissingError);
  });
});

describe.each(SQLITE_DRIVERS)('an append on SQLite over %s', (driver) => {
  async function open() {
    const path = temporaryPath();
    const log = await openLog(path, { driver });
    return { path, log, session: sqliteSession(driver, path) };
  }

  test('creates its scopes, and is one transaction also where none is open', async () => {
    const { log, session } = await open();
    await append(session, TWO, 'BEGIN IMMEDIATE');
    const appended = await appendInTransaction(session, ORIGIN, ONE);
    expect(appended.positions).toMatchObject([{ logId: log.logId, version: 2 }]);
    const reading = await readScope(log);
    expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
  });

  test('that read before another wrote is told to retry (L6)', async () => {
    const { path, log, session } = await open();
    await session.query('BEGIN', []);
    await session.query('SELECT * FROM hearsay_scope', []);
    await append(sqliteSession(driver, path), ONE);
    await expect(appendInTransaction(session, ORIGIN, ONE)).rejects.toThrow(WriteContendedError);
    await session.query('ROLLBACK', []);
    expect(await versionOf(log)).toBe(1);
  });

  test('tells why it cannot be: no tables, no room', async () => {
    const { path, log, session } = await open();
    await log.ensureScopes(['table']);
    await session.query('PRAGMA max_page_count = 1', []);
    const many = Array.from({ length: 4096 }, (_, i) =>
      invalidationOf('table', { key: `${'k'.repeat(900)}/${i}` }),
    );
    await session.query('BEGIN IMMEDIATE', []);
    await expect(appendInTransaction(session, ORIGIN, many)).rejects.toMatchObject({
      code: 'HEARSAY_DATABASE_FULL',
    });
    // SQLite may have rolled back itself.
    await session.query('ROLLBACK', []).catch(() => undefined);
    expect(await versionOf(log)).toBe(0);
    const other = sqliteSession(driver, path);
    await other.query('DROP TABLE hearsay_log', []);
    await expect(append(other, ONE)).rejects.toThrow(LogTablesMissingError);
  });
});
