import { DatabaseSync } from 'node:sqlite';
import { BatchTooLargeError, LIMITS, LogUnavailableError, NameInvalidError } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import {
  CommitUncertainError,
  LogTablesMissingError,
  schemaSql,
  TransactionEndedError,
  TransactionOpenError,
  WriteCallbackAsyncError,
  WriteContendedError,
  type WriteTransaction,
} from '../../src/index.js';
import {
  connect,
  countItems,
  ORIGIN,
  openLog,
  openWithUser,
  readScope,
  temporaryPath,
  versionOf,
} from '../support.js';

const INSERT = "INSERT INTO item (text) VALUES ('x')";

describe('a write that is committed', () => {
  test('returns the value, the places and one position a scope, scopes sorted (L6)', async () => {
    const { log, db } = await openWithUser();
    const written = await log.write(db, ORIGIN, (tx) => {
      db.exec(INSERT);
      tx.invalidate('zebra', { key: 'k1' });
      tx.invalidate('ant', { all: true });
      tx.invalidate('zebra', { prefix: 'k2' });
      return 42;
    });
    expect(written.value).toBe(42);
    expect(written.announcements.map((one) => [one.scope, one.place?.version])).toEqual([
      ['ant', 1],
      ['zebra', 1],
      ['zebra', 2],
    ]);
    expect(written.positions).toEqual([
      {
        scope: 'ant',
        logId: log.logId,
        version: 1,
        appendId: written.announcements[0]?.place?.appendId,
      },
      {
        scope: 'zebra',
        logId: log.logId,
        version: 2,
        appendId: written.announcements[2]?.place?.appendId,
      },
    ]);
    expect(countItems(db)).toBe(1);
  });

  test('says who wrote it', async () => {
    const { log, db } = await openWithUser();
    await log.write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
    expect((await readScope(log))?.rows[0]?.origin).toBe('n1#00000000000000aa');
  });

  test('may invalidate nothing', async () => {
    const { log, db } = await openWithUser();
    const written = await log.write(db, ORIGIN, () => db.exec(INSERT));
    expect(written).toMatchObject({ announcements: [], positions: [] });
    expect(countItems(db)).toBe(1);
  });

  test('may use savepoints of its own', async () => {
    const { log, db } = await openWithUser();
    await log.write(db, ORIGIN, (tx) => {
      db.exec(`SAVEPOINT mine; ${INSERT}; ROLLBACK TO mine; RELEASE mine; ${INSERT}`);
      tx.invalidate('table', { key: 'k' });
    });
    expect(countItems(db)).toBe(1);
    expect(await versionOf(log)).toBe(1);
  });

  test('leaves the busy timeout of its connection as it was', async () => {
    const { path, log } = await openWithUser();
    const db = connect(path, { timeout: 777 });
    await log.write(db, ORIGIN, (tx) => {
      expect(db.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 777 });
      tx.invalidate('table', { key: 'k' });
    });
    expect(db.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 777 });
  });

  test('does not depend on how its connection returns rows', async () => {
    const { path, log } = await openWithUser();
    const db = connect(path, { readBigInts: true, returnArrays: true, timeout: 9 });
    for (const version of [1, 2]) {
      const written = await log.write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
      expect(written.announcements[0]?.place).toMatchObject({ logId: log.logId, version });
    }
  });

  test('goes on after its connection was closed and opened again', async () => {
    const { log, db } = await openWithUser();
    await log.write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
    db.close();
    db.open();
    await log.write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
    expect(await versionOf(log)).toBe(2);
  });

  test('takes its turn after those called before it on the same connection', async () => {
    const { log, db } = await openWithUser();
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3].map((i) =>
        log.write(db, ORIGIN, (tx) => {
          order.push(i);
          tx.invalidate('table', { key: `k${i}` });
        }),
      ),
    );
    expect(order).toEqual([0, 1, 2, 3]);
    expect((await readScope(log))?.rows.map((row) => row.target.key)).toEqual([
      'k0',
      'k1',
      'k2',
      'k3',
    ]);
  });
});

describe('a write that fails leaves nothing, and the connection is free again', () => {
  /** The error of the write; then nothing may be written, nothing open, and the next write goes. */
  async function failure(
    callback: (tx: WriteTransaction, db: DatabaseSync) => unknown,
  ): Promise<unknown> {
    const { log, db } = await openWithUser();
    const error = await log
      .write(db, ORIGIN, (tx) => {
        db.exec(INSERT);
        tx.invalidate('table', { key: 'k' });
        return callback(tx, db);
      })
      .catch((reason: unknown) => reason);
    expect(db.isTransaction).toBe(false);
    expect(countItems(db)).toBe(0);
    expect(await versionOf(log)).toBe(0);
    await log.write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
    expect(await versionOf(log)).toBe(1);
    return error;
  }

  test('its callback throws', async () => {
    const boom = new Error('boom');
    expect(
      await failure(() => {
        throw boom;
      }),
    ).toBe(boom);
  });

  test('its callback returns a promise, even one that is rejected', async () => {
    expect(await failure(() => Promise.reject(new Error('later')))).toBeInstanceOf(
      WriteCallbackAsyncError,
    );
  });

  test('its callback is an async function: it is not even called', async () => {
    const { log, db } = await openWithUser();
    let called = false;
    const callback = async () => {
      called = true;
    };
    await expect(log.write(db, ORIGIN, callback)).rejects.toThrow(WriteCallbackAsyncError);
    expect(called).toBe(false);
  });

  test('it names something malformed, and swallows that error', async () => {
    expect(
      await failure((tx) => {
        try {
          tx.invalidate('table', { key: '' });
        } catch {}
      }),
    ).toBeInstanceOf(NameInvalidError);
  });

  test(`it invalidates one more than ${LIMITS.batchEventsMax}`, async () => {
    expect(
      await failure((tx) => {
        for (let i = 0; i < LIMITS.batchEventsMax; i++) tx.invalidate('table', { key: `k${i}` });
      }),
    ).toBeInstanceOf(BatchTooLargeError);
  });

  test('its callback rolls back', async () => {
    const error = await failure((_, db) => db.exec('ROLLBACK'));
    expect(error).toBeInstanceOf(TransactionEndedError);
  });

  test('its callback rolls back and begins another transaction', async () => {
    const error = await failure((_, db) => db.exec(`ROLLBACK; BEGIN; ${INSERT}`));
    expect(error).toBeInstanceOf(TransactionEndedError);
  });

  test('a statement of it rolls back, and it swallows the error', async () => {
    const error = await failure((_, db) => {
      db.exec("INSERT INTO item VALUES (7, 'x')");
      try {
        db.exec("INSERT OR ROLLBACK INTO item VALUES (7, 'y')");
      } catch {}
    });
    expect(error).toBeInstanceOf(TransactionEndedError);
  });

  test('a deferred constraint refuses the commit', async () => {
    const error = await failure((_, db) => {
      db.exec('CREATE TABLE child (id REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)');
      db.exec('INSERT INTO child VALUES (99)');
    });
    expect(String(error)).toContain('FOREIGN KEY');
  });
});

test(`a write invalidates ${LIMITS.batchEventsMax} things, and naming them twice changes nothing`, async () => {
  const { log, db } = await openWithUser();
  await log.write(db, ORIGIN, (tx) => {
    for (let i = 0; i < 2 * LIMITS.batchEventsMax; i++)
      tx.invalidate('table', { key: `k${i % LIMITS.batchEventsMax}` });
  });
  expect(await versionOf(log)).toBe(LIMITS.batchEventsMax);
});

test.each(['COMMIT', 'COMMIT; BEGIN'])(
  'a callback that ran %s gets hints: what it did stands, unproven (L2)',
  async (sql) => {
    const { log, db } = await openWithUser();
    const error = await log
      .write(db, ORIGIN, (tx) => {
        db.exec(INSERT);
        tx.invalidate('table', { key: 'k' });
        db.exec(sql);
      })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransactionEndedError);
    expect((error as TransactionEndedError).hints).toEqual([
      { scope: 'table', target: { kind: 'key', key: 'k' } },
    ]);
    expect(countItems(db)).toBe(1);
    expect(await versionOf(log)).toBe(0);
    expect(db.isTransaction).toBe(false);
  },
);

test('a commit whose answer is lost returns hints and no place (L2)', async () => {
  const { path, log } = await openWithUser();
  class LosesAnswer extends DatabaseSync {
    override exec(sql: string): void {
      super.exec(sql);
      if (sql === 'COMMIT') throw new Error('disk I/O error');
    }
  }
  const db = new LosesAnswer(path);
  const error = await log
    .write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }))
    .catch((reason: unknown) => reason);
  db.close();
  expect(error).toBeInstanceOf(CommitUncertainError);
  expect((error as CommitUncertainError).hints).toEqual([
    { scope: 'table', target: { kind: 'key', key: 'k' } },
  ]);
});

test('a write inside the callback of a write is refused', async () => {
  const { log, db } = await openWithUser();
  const inner: Promise<unknown>[] = [];
  await log.write(db, ORIGIN, (tx) => {
    inner.push(log.write(db, ORIGIN, () => undefined).catch((reason: unknown) => reason));
    tx.invalidate('table', { key: 'k' });
  });
  expect(await inner[0]).toBeInstanceOf(TransactionOpenError);
  expect(await versionOf(log)).toBe(1);
});

test('a transaction that is open already is refused and left alone', async () => {
  const { log, db } = await openWithUser();
  db.exec(`BEGIN; ${INSERT}`);
  await expect(log.write(db, ORIGIN, () => undefined)).rejects.toThrow(TransactionOpenError);
  db.exec('COMMIT');
  expect(countItems(db)).toBe(1);
});

test('invalidating after the write is over is an error', async () => {
  const { log, db } = await openWithUser();
  let kept: WriteTransaction | undefined;
  await log.write(db, ORIGIN, (tx) => {
    kept = tx;
  });
  expect(() => kept?.invalidate('table', { key: 'k' })).toThrow(TransactionEndedError);
});

describe('while another connection writes', () => {
  test('a write waits without blocking the event loop, and its callback runs once (L3)', async () => {
    const { path, log, db } = await openWithUser();
    const other = connect(path);
    other.exec('BEGIN IMMEDIATE');
    let [calls, turns] = [0, 0];
    const write = log.write(db, ORIGIN, (tx) => {
      calls++;
      tx.invalidate('table', { key: 'k' });
    });
    // The write cannot go on before this loop has had its turns.
    while (turns < 20) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      turns++;
    }
    expect(calls).toBe(0);
    other.exec('COMMIT');
    await write;
    expect(calls).toBe(1);
  });

  test('a write gives up after its time and says to retry', async () => {
    const { path, log, db } = await openWithUser({ writeWaitMs: 20 });
    const other = connect(path);
    other.exec('BEGIN IMMEDIATE');
    let calls = 0;
    const write = log.write(db, ORIGIN, () => calls++);
    await expect(write).rejects.toThrow(WriteContendedError);
    await expect(write).rejects.toThrow('retry');
    expect(calls).toBe(0);
  });
});

describe('in a rollback journal', () => {
  async function withReader() {
    const path = temporaryPath();
    const db = connect(path);
    db.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT)');
    const log = await openLog(path);
    const reader = connect(path);
    reader.exec('BEGIN; SELECT * FROM item');
    reader.prepare('SELECT * FROM hearsay_scope').all();
    return { db, log, reader };
  }

  test('a reader can refuse the commit: all is rolled back', async () => {
    const { db, log, reader } = await withReader();
    const write = log.write(db, ORIGIN, (tx) => {
      db.exec(INSERT);
      tx.invalidate('table', { key: 'k' });
    });
    await expect(write).rejects.toThrow(WriteContendedError);
    reader.exec('COMMIT');
    expect(countItems(db)).toBe(0);
    expect(await versionOf(log)).toBe(0);
  });
});

test('a connection to a database without the log is refused, and nothing stays', async () => {
  const { log } = await openWithUser();
  const db = connect(temporaryPath());
  db.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT)');
  const write = log.write(db, ORIGIN, (tx) => {
    db.exec(INSERT);
    tx.invalidate('table', { key: 'k' });
  });
  await expect(write).rejects.toThrow(LogTablesMissingError);
  expect(countItems(db)).toBe(0);
});

test('a connection to another log announces in the name of that log (L8)', async () => {
  const { log } = await openWithUser();
  const db = connect(':memory:');
  db.exec(schemaSql());
  const written = await log.write(db, ORIGIN, (tx) => tx.invalidate('table', { key: 'k' }));
  const logId = db.prepare('SELECT log_id FROM hearsay_meta').get()?.['log_id'];
  expect(written.announcements[0]?.place?.logId).toBe(logId);
  expect(logId).not.toBe(log.logId);
});

test('a closed log refuses writes', async () => {
  const { log, db } = await openWithUser();
  await log.close();
  await expect(log.write(db, ORIGIN, () => undefined)).rejects.toThrow(LogUnavailableError);
});
