import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Hearsay, type HearsayOptions, startHearsay } from '@hearsay/embed';
import { hearsay, type Outcome } from '../../../test/cli/standalone-cluster.ts';

const cleanups: (() => Promise<void> | void)[] = [];

/** Frees whatever the test started, newest first. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** The path of a version log, gone after the test. */
export function logPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-cli-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'service.db');
}

/** A node on loopback that lets itself be asked and follows the scope `item`. */
export async function startNode(
  node: string,
  { admin, ...options }: Partial<HearsayOptions> = {},
): Promise<Hearsay> {
  const started = await startHearsay({
    node,
    mesh: { listen: '127.0.0.1:0' },
    ...options,
    admin: { listen: '127.0.0.1:0', scopes: ['item'], ...admin },
  });
  cleanups.push(() => started.close());
  return started;
}

export function urlOf(node: Hearsay): string {
  return String(node.status().adminAddress);
}

/** Puts a command to a node. */
export function ask(node: Hearsay, ...argv: string[]): Promise<Outcome> {
  return hearsay(['--url', urlOf(node), ...argv]);
}

/** Resolves once the condition holds; a test's own timeout is the deadline. */
export async function until(holds: () => unknown): Promise<void> {
  while (!holds()) await setTimeout(10);
}
