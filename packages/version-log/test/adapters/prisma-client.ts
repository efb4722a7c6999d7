import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';

const require = createRequire(import.meta.url);

const SCHEMA = `
generator client {
  provider               = "prisma-client"
  output                 = "./client"
  moduleFormat           = "esm"
  generatedFileExtension = "ts"
  importFileExtension    = "ts"
}

datasource db {
  provider = "postgresql"
}

model item {
  id   Int     @id @default(autoincrement())
  name String?
}
`;

/** What the tests use of the interactive transaction that is generated. */
export interface GeneratedTransaction {
  readonly item: { create(options: { data: { name: string } }): Promise<unknown> };
  $queryRawUnsafe(sql: string, ...params: never[]): Promise<unknown>;
  $executeRawUnsafe(sql: string): Promise<number>;
}

/** What the tests use of the client that is generated. */
export interface GeneratedClient {
  readonly item: GeneratedTransaction['item'];
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
  $transaction<T>(
    body: (transaction: GeneratedTransaction) => Promise<T>,
    options?: { isolationLevel?: string },
  ): Promise<T>;
}

type ClientClass = new (options: { adapter: object }) => GeneratedClient;

/** Generates a Prisma client, in a second and without a network, and loads it. It goes with the test file. */
export async function generatePrismaClient(): Promise<ClientClass> {
  const directory = mkdtempSync(join(tmpdir(), 'hearsay-prisma-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'schema.prisma'), SCHEMA);
  symlinkSync(modulesDirectory(), join(directory, 'node_modules'));
  const cli = require.resolve('prisma/build/index.js');
  const { status, stderr } = spawnSync(process.execPath, [cli, 'generate'], {
    cwd: directory,
    encoding: 'utf8',
    timeout: 20_000,
    env: {
      ...process.env,
      // Not needed to generate: with the name of any program it is not looked for on the network.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (status !== 0) throw new Error(`prisma generate failed: ${stderr}`);
  const { href } = pathToFileURL(join(directory, 'client', 'client.ts'));
  const { PrismaClient } = (await import(href)) as { PrismaClient: ClientClass };
  return PrismaClient;
}

function modulesDirectory(): string {
  const manifest = require.resolve('@prisma/client/package.json');
  return dirname(dirname(dirname(manifest)));
}
