import { PrismaPg } from '@prisma/adapter-pg';
import { expect, onTestFinished, test } from 'vitest';
import { prismaDatabase, prismaTransaction } from '../../src/index.js';
import { adapterSuite } from './adapter-suite.ts';
import { type GeneratedTransaction, generatePrismaClient } from './prisma-client.ts';

const PrismaClient = await generatePrismaClient();

adapterSuite<GeneratedTransaction>('Prisma', ['postgres'], async (_, url) => {
  const schema = /search_path%3D(\w+)/.exec(url)?.[1] ?? '';
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }, { schema }) });
  onTestFinished(() => prisma.$disconnect());
  return {
    database: (isolationLevel) => prismaDatabase(prisma, isolationLevel && { isolationLevel }),
    insert: (transaction, name) => transaction.item.create({ data: { name } }),
    run: (transaction, sql) => transaction.$executeRawUnsafe(sql),
    nested: (transaction) => prismaDatabase(transaction as never),
    own: (body) =>
      prisma.$transaction((transaction) => body(transaction, prismaTransaction(transaction))),
  };
});

test('an adapter over Prisma is refused for another database than PostgreSQL', () => {
  const prisma = { $connect: async () => {}, _activeProvider: 'sqlite' };
  expect(() => prismaDatabase(prisma as never)).toThrow('this client is for sqlite');
});
