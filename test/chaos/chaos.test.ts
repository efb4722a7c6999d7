/** The whole thing as real processes: a short run that passes, and what must not pass. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hostsAvailable } from '../hosts/hosts-available.ts';
import { listNamespaces } from '../hosts/namespaces.ts';
import { postgresLacks } from './postgres-server.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const MAIN = join(import.meta.dirname, 'main.ts');
const SHORT = ['--nodes', '3', '--json'];

const availability = hostsAvailable();
let temporary = '';
let running: ChildProcess | undefined;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'hearsay-chaos-test-'));
  // The database's own user passes through.
  chmodSync(temporary, 0o711);
});

afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(temporary, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, ...env },
  });
  running = child;
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, ...said })) };
}

async function run(...argv: string[]): Promise<Ended & { result: Record<string, unknown> }> {
  const ended = await start([...SHORT, ...argv]).ended;
  expect(ended.stdout, ended.stderr).not.toBe('');
  return { ...ended, result: JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '') };
}

function namespacesOf(child: ChildProcess): string[] {
  return listNamespaces().filter((name) => name.startsWith(`hs-${child.pid}-`));
}

describe('chaos', () => {
  beforeEach((context) => {
    if (!availability.available) context.skip(availability.reason);
  });

  test.for([
    { database: 'sqlite', seed: '3' },
    { database: 'postgres', seed: '5' },
  ])('finds nothing wrong with nodes over $database through faults', async (which, { skip }) => {
    const { database, seed } = which;
    const lack = database === 'postgres' ? postgresLacks() : undefined;
    if (lack !== undefined) skip(lack);
    const options = ['--minutes', '0.3', '--seed', seed, '--database', database];
    const { code, result, stderr } = await run(...options);
    expect(result, stderr).toMatchObject({ violations: 0, lost: 0, database });
    expect(code).toBe(0);
    expect(Object.keys(result)).toEqual([
      ...['minutes', 'seed', 'database', 'faults', 'reads', 'writes', 'violations', 'lost'],
      ...['maxStalenessMs', 'rssPeakMb'],
    ]);
    expect(Object.keys(result['faults'] as object).length).toBeGreaterThan(0);
    expect(result['reads']).toBeGreaterThan(0);
    expect(result['writes']).toBeGreaterThan(0);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('finds nothing wrong with strict scopes, stopped in a hit and without their database', async ({
    skip,
  }) => {
    const lack = postgresLacks();
    if (lack !== undefined) skip(lack);
    const options = ['--strict', '--minutes', '0.2', '--seed', '12', '--database', 'postgres'];
    const { code, result, stderr } = await run(...options);
    expect(result, stderr).toMatchObject({ violations: 0, lost: 0 });
    expect(code).toBe(0);
    expect(result['faults']).toMatchObject({ freezeInHit: 2, freezeDatabase: 1 });
    expect(Object.keys(result).slice(-3)).toEqual(['strictReads', 'revokes', 'refused']);
    expect(result['strictReads']).toBeGreaterThan(0);
    expect(result['revokes']).toBeGreaterThan(0);
  });

  test('finds a node that says it applies invalidations, acknowledges revocations and drops nothing', async () => {
    const { code, result, stderr } = await run(
      ...['--minutes', '0.1', '--seed', '2', '--strict', '--sabotage'],
    );
    expect(result['violations']).toBeGreaterThan(0);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /VIOLATION of B on n1: (grant|quota) \S+ at .* was acknowledged .* before/,
    );
    expect(stderr).toMatch(
      /VIOLATION of C on n1: role \S+ at .* the revocation by \d+ had returned/,
    );
    expect(stderr).not.toMatch(/VIOLATION .* on n[23]/);
  });

  test('interrupted, leaves no process, no host and no file', async () => {
    const { child, ended } = start(SHORT);
    await expect.poll(() => namespacesOf(child), { timeout: 60_000 }).toHaveLength(4);
    child.kill('SIGINT');
    const { code } = await ended;
    expect(code).toBe(130);
    expect(namespacesOf(child)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

test('a bad option is refused in one line, with code 2', async () => {
  const { code, stdout, stderr } = await start(['--nodes', '2']).ended;
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toBe('--nodes is "2": use a whole number from 3 to 10 (see --help)\n');
});

test('where hosts cannot be had it says in one line what lacks, with code 2', async () => {
  const { code, stdout, stderr } = await start(['--json'], { PATH: temporary }).ended;
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^chaos cannot run on this machine: .+\n$/);
});
