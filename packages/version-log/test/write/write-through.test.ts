import { expect, test } from 'vitest';
import {
  type Appended,
  CommitUncertainError,
  type DatabaseAdapter,
  type SqlTransaction,
} from '../../src/index.js';
import { type TransactionSteps, writeThrough } from '../../src/write/write-through.js';

const SQL: SqlTransaction = { dialect: 'postgres', query: async () => [] };
const APPENDED: Appended = { announcements: [], positions: [] };
const STEPS: TransactionSteps = {
  dialect: 'postgres',
  enter: async () => {},
  append: async () => APPENDED,
};

function adapter(transaction: DatabaseAdapter<string>['transaction']): DatabaseAdapter<string> {
  return { dialect: 'postgres', transaction };
}

test('a library for another kind of database is refused, and nothing is run', async () => {
  const other = {
    ...adapter(() => Promise.reject(new Error('was run'))),
    dialect: 'mysql',
  } as const;
  await expect(writeThrough(other, STEPS, async () => 1)).rejects.toMatchObject({
    code: 'HEARSAY_CONFIG_INVALID',
    message: expect.stringContaining('speaks mysql and the log postgres'),
  });
});

test('what a library throws before it has begun is thrown as it is', async () => {
  const refused = new Error('no connection');
  const write = writeThrough(
    adapter(() => Promise.reject(refused)),
    STEPS,
    async () => 1,
  );
  await expect(write).rejects.toBe(refused);
});

test('an error of the rollback does not hide the error that led to it', async () => {
  const boom = new Error('boom');
  const db = adapter(async (body) => {
    try {
      return await body('handle', SQL);
    } catch {
      throw new Error('the rollback failed too');
    }
  });
  await expect(writeThrough(db, STEPS, () => Promise.reject(boom))).rejects.toBe(boom);
});

test.each([
  ['twice, the first time in vain', [true, true]],
  ['not at all', []],
])('a library that runs the transaction %s is refused', async (_, runs) => {
  const db = adapter(async (body) => {
    for (const [at] of runs.entries())
      try {
        return await body('handle', SQL);
      } catch (error) {
        if (at > 0) throw error;
      }
    return undefined as never;
  });
  let called = 0;
  const write = writeThrough(db, STEPS, async () => {
    called++;
    throw new Error('in vain');
  });
  await expect(write).rejects.toThrow();
  expect(called).toBe(Math.min(1, runs.length));
});

test('a callback that the library let go of is awaited', async () => {
  const db = adapter(async (body) => {
    body('handle', SQL).catch(() => undefined);
    return undefined as never;
  });
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  const write = writeThrough(db, STEPS, async () => {
    await gate.promise;
    order.push('callback');
  }).then(() => order.push('write'));
  setImmediate(gate.resolve);
  await write;
  expect(order).toEqual(['callback', 'write']);
});

test('an error after the append leaves the outcome unknown, unless it says that it was rolled back', async () => {
  const commit = (error: unknown) =>
    writeThrough(
      adapter(async (body) => {
        await body('handle', SQL);
        throw error;
      }),
      STEPS,
      async (tx) => tx.invalidate('table', { key: 'k' }),
    );
  await expect(commit(new Error('Connection terminated'))).rejects.toThrow(CommitUncertainError);
  await expect(commit({ code: '57P01', severity: 'FATAL' })).rejects.toThrow(CommitUncertainError);
  const fatal = { cause: { originalCode: '25P03', code: '25P03', severity: 'FATAL' } };
  await expect(commit(fatal)).rejects.toThrow(CommitUncertainError);
  const constraint = Object.assign(new Error('violates'), { code: '23503', severity: 'ERROR' });
  await expect(commit(constraint)).rejects.toBe(constraint);
  const wrapped = new Error('Failed query: commit', { cause: constraint });
  await expect(commit(wrapped)).rejects.toBe(wrapped);
  const lost = { meta: { driverAdapterError: { cause: { originalCode: '40001' } } } };
  await expect(commit(lost)).rejects.toMatchObject({ code: 'HEARSAY_WRITE_CONTENDED' });
});
