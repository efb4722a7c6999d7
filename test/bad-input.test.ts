/** What a user meets who gives a node something that cannot work: a process of its own, its exit, its one line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LIMITS } from '@hearsay/spi';
import { schemaSql } from 'hearsay';
import { afterEach, beforeEach, expect, test } from 'vitest';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hearsay-bad-input-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Outcome {
  readonly exitCode: number | null;
  readonly code: string;
  readonly line: string;
}

/**
 * Runs a body in a process of its own. What it throws is printed and sets the exit code; then the
 * process must end by itself, which it does only if nothing was left open.
 */
async function run(body: string, nodeOptions: readonly string[] = []): Promise<Outcome> {
  const script = `
    try {
      const { startHearsay } = await import('hearsay');
      ${body}
    } catch (error) {
      console.log(JSON.stringify({ code: error.code, line: error.message }));
      process.exitCode = 1;
    }`;
  const args = [...nodeOptions, '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const { code = '', line = '' } = JSON.parse(output || '{}');
  return { exitCode, code, line };
}

function start(options: object): Promise<Outcome> {
  return run(`await startHearsay(${JSON.stringify({ node: 'a', ...options })});`);
}

function refused(outcome: Outcome, code: string, says: RegExp): void {
  expect(outcome).toMatchObject({ exitCode: 1, code });
  expect(outcome.line).toMatch(says);
  expect(outcome.line).not.toContain('\n');
}

test('no free port', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sqlite = join(directory, 'data.db');
  const outcome = await start({ log: { sqlite }, mesh: { listen: `127.0.0.1:${port}` } });
  refused(outcome, 'HEARSAY_LISTEN_FAILED', /cannot listen on 127\.0\.0\.1:\d+ .*port 0/);
  server.close();
});

test('a foreign database file, which stays as it was', async () => {
  const sqlite = join(directory, 'notes.txt');
  writeFileSync(
    sqlite,
    'this is not a database, it is a text of more than one hundred bytes. '.repeat(9),
  );
  const before = readFileSync(sqlite);
  const outcome = await start({ log: { sqlite }, mesh: false });
  refused(outcome, 'HEARSAY_LOG_FILE_FOREIGN', /notes\.txt/);
  expect(readFileSync(sqlite)).toEqual(before);
  expect(readdirSync(directory)).toEqual(['notes.txt']);
});

test('a database file in a directory that does not exist', async () => {
  const sqlite = join(directory, 'missing', 'data.db');
  const outcome = await start({ log: { sqlite }, mesh: false });
  refused(outcome, 'HEARSAY_LOG_FILE_UNREADABLE', /data\.db/);
  expect(readdirSync(directory)).toEqual([]);
});

test('a schema of a newer version, which stays as it was', async () => {
  const sqlite = join(directory, 'data.db');
  const db = new DatabaseSync(sqlite);
  db.exec(`${schemaSql()}; UPDATE hearsay_meta SET schema_version = 99`);
  db.close();
  const before = readFileSync(sqlite);
  const outcome = await start({ log: { sqlite }, mesh: false });
  refused(outcome, 'HEARSAY_LOG_SCHEMA_NEWER', /99.*upgrade/i);
  expect(readFileSync(sqlite)).toEqual(before);
});

test('a cluster key of the wrong length', async () => {
  const outcome = await start({ mesh: { clusterKey: 'ab'.repeat(31) } });
  refused(outcome, 'HEARSAY_CLUSTER_KEY_INVALID', /62 characters.*64 hex digits/);
});

test('listening beyond loopback without a key', async () => {
  const outcome = await start({ mesh: { listen: '0.0.0.0:0' } });
  refused(outcome, 'HEARSAY_CLUSTER_KEY_REQUIRED', /0\.0\.0\.0.*clusterKey/);
});

test('a key above the limit is refused before its loader runs or anything is written', async () => {
  const sqlite = join(directory, 'data.db');
  const outcome = await run(`
    const hearsay = await startHearsay({ node: 'a', log: { sqlite: ${JSON.stringify(sqlite)} }, mesh: false });
    const cache = hearsay.cache('item', { ttlMs: 1000 });
    const longest = 'k'.repeat(${LIMITS.keyBytesMax});
    await cache.getOrLoad(longest, () => 1);
    await hearsay.invalidate('item', { key: longest });
    let loaded = false;
    try {
      await cache.getOrLoad(longest + 'k', () => { loaded = true; });
    } finally {
      await hearsay.invalidate('item', { key: longest + 'k' }).catch(() => undefined);
      await hearsay.close();
      if (loaded) throw new Error('the loader ran');
    }`);
  refused(outcome, 'HEARSAY_NAME_INVALID', /1025 bytes.*1024/);
  const db = new DatabaseSync(sqlite);
  expect(db.prepare('SELECT count(*) AS rows FROM hearsay_log').get()?.['rows']).toBe(1);
  db.close();
});

test('an unknown option is named', async () => {
  refused(await start({ mesj: {} }), 'HEARSAY_CONFIG_INVALID', /"mesj" is unknown/);
});

test('a Node that is too old', async () => {
  const pretend =
    'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.12.0"}})';
  const outcome = await run('', ['--import', pretend]);
  refused(outcome, 'HEARSAY_NODE_TOO_OLD', /needs Node 22\.13 or newer, this is 22\.12\.0/);
});
