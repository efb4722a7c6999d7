import type { Scope } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import {
  CommitUncertainError,
  type DatabaseAdapter,
  type IsolationLevel,
  type SqlTransaction,
  TransactionEndedError,
  TransactionOpenError,
  TransactionRolledBackError,
  WriteContendedError,
  type WriteTransaction,
} from '../../src/index.js';
import { expectChain, ORIGIN, readScope, START, TABLE, versionOf } from '../support.js';
import { CommitRelay } from './commit-relay.ts';
import { describeGrounds, type Ground, type GroundKind } from './grounds.ts';

/** A library in use, on one database with a table `item (id, name)`. */
export interface Library<Transaction> {
  database(isolationLevel?: IsolationLevel): DatabaseAdapter<Transaction>;
  /** By the library's own way of writing a row. */
  insert(transaction: Transaction, name: string): Promise<unknown>;
  /** Any statement. */
  run(transaction: Transaction, sql: string): Promise<unknown>;
  /** What must be refused: an adapter over the handle of a transaction. */
  nested(transaction: Transaction): unknown;
  /** A transaction that the library alone ends, without a write. */
  own(body: (transaction: Transaction, tx: SqlTransaction) => Promise<void>): Promise<void>;
}

/** @returns the library, connected; it goes with the test. @param url of a server, path of a file */
export type OpenLibrary<Transaction> = (
  kind: GroundKind,
  url: string,
) => Promise<Library<Transaction>>;

const KEYS = ['plain', `it's`, 'back\\slash', '"quoted"', '日本/😀', '50%', 'what?', '$1', ':name'];
const HINT = { scope: 'table', target: { kind: 'key', key: 'k' } };

/** What every library must do, on each kind of database that it supports. */
export function adapterSuite<Transaction>(
  name: string,
  kinds: readonly GroundKind[],
  openLibrary: OpenLibrary<Transaction>,
): void {
  describeGrounds(`a write through ${name}`, kinds, (kind, makeGround) => {
    interface Opened extends Ground {
      readonly library: Library<Transaction>;
    }

    async function open(): Promise<Opened> {
      const ground = await makeGround();
      return { ...ground, library: await openLibrary(kind, ground.url) };
    }

    /** A test of some kinds of database only. */
    const on =
      (...those: GroundKind[]) =>
      (title: string, body: () => Promise<void>) => {
        if (those.includes(kind)) test(title, body);
      };

    test('commits what the callback did and invalidated, and returns its value', async () => {
      const { library, log, items } = await open();
      const written = await log.write(library.database(), ORIGIN, async (tx, transaction) => {
        await library.insert(transaction, 'a');
        for (const key of KEYS) tx.invalidate('table', { key });
        tx.invalidate('role', { all: true });
        return 'value';
      });
      expect(written.value).toBe('value');
      expect(written.positions).toMatchObject([
        { scope: 'role', version: 1 },
        { scope: 'table', version: KEYS.length },
      ]);
      expect(await items()).toEqual(['a']);
      const reading = await readScope(log);
      expect(expectChain(START, reading?.rows ?? [])).toEqual(reading?.head);
      expect(reading?.rows.map(({ target }) => target.key)).toEqual(KEYS);
      expect(reading?.head).toMatchObject({ appendId: written.positions[1]?.appendId });
    });

    test('commits one key as it is, whatever it is', async () => {
      const { library, log } = await open();
      for (const key of KEYS)
        await log.write(library.database(), ORIGIN, async (tx) => tx.invalidate('table', { key }));
      expect((await readScope(log))?.rows.map(({ target }) => target.key)).toEqual(KEYS);
    });

    test('may invalidate nothing', async () => {
      const { library, log, items } = await open();
      const written = await log.write(library.database(), ORIGIN, async (_, transaction) => {
        await library.insert(transaction, 'a');
      });
      expect(written).toMatchObject({ announcements: [], positions: [] });
      expect(await items()).toEqual(['a']);
    });

    test('leaves an append to the library’s own transaction too', async () => {
      const { library, log, items } = await open();
      await log.ensureScopes(['table']);
      await library.own(async (transaction, tx) => {
        await library.insert(transaction, 'a');
        await log.appendInTransaction(tx, ORIGIN, [
          { scope: TABLE, target: { kind: 'key', key: 'k' } },
        ]);
      });
      expect(await items()).toEqual(['a']);
      expect(await versionOf(log)).toBe(1);
    });

    /** Writes, fails, and shows that nothing is left and that the library goes on. */
    async function failure(
      { library, log, items }: Opened,
      callback: (tx: WriteTransaction, transaction: Transaction) => unknown,
      adapter = library.database(),
    ): Promise<unknown> {
      const error = await log
        .write(adapter, ORIGIN, async (tx, transaction) => {
          await library.insert(transaction, 'a');
          tx.invalidate('table', { key: 'k' });
          return callback(tx, transaction);
        })
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      expect(await items()).toEqual([]);
      const before = await versionOf(log);
      await log.write(library.database(), ORIGIN, async (tx, transaction) => {
        await library.insert(transaction, 'b');
        tx.invalidate('table', { key: 'k' });
      });
      expect(await versionOf(log)).toBe(before + 1);
      expect(await items()).toEqual(['b']);
      return error;
    }

    test('leaves nothing when its callback throws', async () => {
      const boom = new Error('boom');
      const opened = await open();
      expect(await failure(opened, () => Promise.reject(boom))).toBe(boom);
    });

    test('leaves nothing when it names something malformed, and swallows that error', async () => {
      const error = await failure(await open(), (tx) => {
        try {
          tx.invalidate('table', { key: '' });
        } catch {}
      });
      expect(error).toMatchObject({ code: 'HEARSAY_NAME_INVALID' });
    });

    on('postgres')(
      'is not taken for committed when a statement failed and its error was swallowed',
      async () => {
        const opened = await open();
        const { library, log } = opened;
        const fail = async (transaction: Transaction) => {
          await library.run(transaction, 'SELECT 1/0').catch(() => undefined);
        };
        const error = await failure(opened, (_, transaction) => fail(transaction));
        expect(error).toBeInstanceOf(TransactionRolledBackError);
        const silent = log.write(library.database(), ORIGIN, (_, transaction) => fail(transaction));
        await expect(silent).rejects.toThrow(TransactionRolledBackError);
      },
    );

    on('postgres')('tells why when a deferred constraint refuses its COMMIT', async () => {
      const opened = await open();
      await opened.execute(
        'CREATE TABLE child (item int REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)',
      );
      const error = await failure(opened, (_, transaction) =>
        opened.library.run(transaction, 'INSERT INTO child VALUES (99)'),
      );
      expect(error).not.toBeInstanceOf(CommitUncertainError);
      expect(error).toBeInstanceOf(Error);
    });

    test('that is rolled back inside its callback is not taken for committed', async () => {
      const opened = await open();
      const error = await failure(opened, (_, transaction) =>
        opened.library.run(transaction, 'ROLLBACK'),
      );
      expect(error).toBeInstanceOf(TransactionEndedError);
    });

    test('that is committed inside its callback gets hints (L2)', async () => {
      const { library, log, items } = await open();
      const error = await log
        .write(library.database(), ORIGIN, async (tx, transaction) => {
          await library.insert(transaction, 'a');
          tx.invalidate('table', { key: 'k' });
          await library.run(transaction, 'COMMIT');
        })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TransactionEndedError);
      expect(error).toMatchObject({ hints: [HINT] });
      expect(await items()).toEqual(['a']);
      expect(await versionOf(log)).toBe(0);
    });

    on('postgres', 'mysql')('locks the counter after its callback only', async () => {
      const { library, log } = await open();
      await log.write(library.database(), ORIGIN, async (tx, transaction) => {
        tx.invalidate('table', { key: 'mine' });
        await library.insert(transaction, 'a');
        // Would wait for ever for a counter that is locked here.
        await log.append(ORIGIN, [{ scope: TABLE, target: { kind: 'key', key: 'other' } }]);
      });
      const rows = (await readScope(log))?.rows;
      expect(rows?.map(({ target }) => target.key)).toEqual(['other', 'mine']);
    });

    on('postgres')('that loses against another writer is told to retry (L6)', async () => {
      const opened = await open();
      const { library, log } = opened;
      await log.ensureScopes(['table']);
      const error = await failure(
        opened,
        async (_, transaction) => {
          await library.run(transaction, 'SELECT * FROM item');
          await log.append(ORIGIN, [{ scope: TABLE, target: { kind: 'key', key: 'other' } }]);
        },
        library.database('repeatable read'),
      );
      expect(error).toBeInstanceOf(WriteContendedError);
    });

    on('postgres')('whose COMMIT loses against another is told to retry (L6)', async () => {
      const { library, log, execute } = await open();
      await execute('CREATE TABLE duty (name text, on_call boolean)');
      await execute(`INSERT INTO duty VALUES ('a', true), ('b', true)`);
      await log.ensureScopes(['duty.a', 'duty.b']);
      const leave = (name: string, meanwhile: () => Promise<unknown>) =>
        log.write(library.database('serializable'), ORIGIN, async (tx, transaction) => {
          await library.run(transaction, 'SELECT count(*) FROM duty WHERE on_call');
          await library.run(transaction, `UPDATE duty SET on_call = false WHERE name = '${name}'`);
          await meanwhile();
          tx.invalidate(`duty.${name}`, { all: true });
        });
      const write = leave('a', () => leave('b', async () => undefined));
      await expect(write).rejects.toThrow(WriteContendedError);
      expect(await versionOf(log, 'duty.a' as Scope)).toBe(0);
      expect(await versionOf(log, 'duty.b' as Scope)).toBe(1);
    });

    on('mysql')('that deadlocks with another is told to retry (L6)', async () => {
      const opened = await open();
      const { library, log, transaction } = opened;
      await log.ensureScopes(['table']);
      await opened.execute('CREATE TABLE other (name VARCHAR(9) PRIMARY KEY)');
      await opened.execute(`INSERT INTO other VALUES ('x')`);
      const other = await transaction();
      // What has changed more is spared.
      for (let i = 0; i < 20; i++) await other(`INSERT INTO other VALUES ('${i}')`);
      await other(`SELECT * FROM hearsay_scope WHERE scope = 'table' FOR UPDATE`);
      let waiting: Promise<unknown> = Promise.resolve();
      const error = await opened.log
        .write(library.database(), ORIGIN, async (tx, handle) => {
          await library.run(handle, `SELECT * FROM other WHERE name = 'x' FOR UPDATE`);
          waiting = other(`UPDATE other SET name = 'z' WHERE name = 'x'`);
          tx.invalidate('table', { key: 'k' });
        })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(WriteContendedError);
      await waiting;
      await other('ROLLBACK');
      expect(await versionOf(log)).toBe(0);
    });

    test('is refused over the handle of a transaction, whose end is another’s', async () => {
      const { library, log } = await open();
      const refused: unknown[] = [];
      await log.write(library.database(), ORIGIN, async (_, transaction) => {
        try {
          library.nested(transaction);
        } catch (error) {
          refused.push(error);
        }
      });
      expect(refused).toEqual([expect.any(TransactionOpenError)]);
    });

    if (kind !== 'sqlite')
      describe('whose connection breaks in COMMIT has an unknown outcome, with hints (L2),', () => {
        test.each([
          ['before', []],
          ['after', ['a']],
        ] as const)('%s the server has done it', async (moment, left) => {
          const ground = await makeGround();
          const { relay, url } = await CommitRelay.open(ground.url, kind === 'mysql' ? 3306 : 5432);
          const library = await openLibrary(kind, url);
          const error = await ground.log
            .write(library.database(), ORIGIN, async (tx, transaction) => {
              await library.insert(transaction, 'a');
              tx.invalidate('table', { key: 'k' });
              relay.breakNext(moment);
            })
            .catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(CommitUncertainError);
          expect(error).toMatchObject({ hints: [HINT] });
          expect(await ground.items()).toEqual(left);
          expect(await versionOf(ground.log)).toBe(left.length);
        });
      });

    on('sqlite')(
      'has the write lock from its beginning, and waits for it without blocking (L3)',
      async () => {
        const { library, log, transaction } = await open();
        const other = await transaction();
        await other('INSERT INTO item (name) VALUES (NULL)');
        const order: string[] = [];
        const write = log.write(library.database(), ORIGIN, async (tx, handle) => {
          order.push('callback');
          await library.run(handle, 'SELECT * FROM item');
          // Refused at once: with the lock taken late, both could begin by reading.
          const third = await transaction().catch((error: { code?: string }) => error.code);
          expect(third).toBe('SQLITE_BUSY');
          await library.insert(handle, 'a');
          tx.invalidate('table', { key: 'k' });
        });
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push('other');
        await other('COMMIT');
        await write;
        expect(order).toEqual(['other', 'callback']);
        expect(await versionOf(log)).toBe(1);
      },
    );

    on('sqlite')('that does not get the write lock in time is told to retry', async () => {
      const opened = await open();
      const other = await opened.transaction();
      const ran: string[] = [];
      const write = opened.log.write(opened.library.database(), ORIGIN, async () =>
        ran.push('callback'),
      );
      await expect(write).rejects.toThrow(WriteContendedError);
      expect(ran).toEqual([]);
      await other('COMMIT');
      expect(await failure(opened, () => Promise.reject(new Error('boom')))).toMatchObject({
        message: 'boom',
      });
    });
  });
}
