/** What the commands say of a node whose version log cannot be read. */
import { renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Hearsay } from '@hearsay/embed';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, cleanUp, logPath, startNode, until } from '../real-node.ts';

let node: Hearsay;
beforeEach(async () => {
  const path = logPath();
  node = await startNode('a', { log: { sqlite: path }, poll: { intervalMs: 50 } });
  await until(() => node.status().scopes[0]?.logVersion === 0);
  renameSync(path, `${path}.away`);
  await until(() => node.status().logReachable === false);
});
afterEach(cleanUp);

test('status says why', async () => {
  expect((await ask(node, 'status')).stdout).toMatch(/^log +out of reach: .*service\.db/m);
});

test('lag says whose it is, and is unhealthy', async () => {
  const { exitCode, stdout } = await ask(node, 'lag');
  expect(stdout).toMatch(/^a: .*log is out of reach/m);
  expect(exitCode).toBe(1);
});

test('top says so in its head', async () => {
  expect((await ask(node, 'top')).stdout.split('\n')[0]).toContain('log out of reach');
});

test('invalidate that could not be appended says what was done all the same, and what to do', async () => {
  const path = logPath();
  const contended = await startNode('b', { log: { sqlite: { path, writeWaitMs: 50 } } });
  const db = new DatabaseSync(path, { timeout: 5_000 });
  db.exec('BEGIN IMMEDIATE');
  const argv = ['invalidate', '--scope', 'item', '--key', 'k'];
  const { exitCode, stderr } = await ask(contended, ...argv);
  db.close();
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/a hint was sent.*again/);
});
