/** The whole demonstration as real processes: what it finds when parts are switched off, and what it leaves. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');
const SHORT = ['--nodes', '3', '--seconds', '8', '--json'];
const TIMEOUT_MS = 120_000;

let temporary = '';
let running: ChildProcess | undefined;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'hearsay-experiment-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(temporary, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(argv: readonly string[]): { child: ChildProcess; ended: Promise<Run> } {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  running = child;
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) };
}

async function experiment(...argv: string[]): Promise<Run & { result: Record<string, unknown> }> {
  const run = await start([...SHORT, ...argv]).ended;
  return { ...run, result: JSON.parse(run.stdout.trimEnd().split('\n').at(-1) ?? '') };
}

describe('the observer, when parts are switched off', () => {
  // The exit code also judges the load, which a busy machine may not reach: not asserted here.
  test(
    'passes without repair: polling delivers what gossip lost',
    async () => {
      const { result } = await experiment('--without', 'repair');
      expect(result).toMatchObject({ violations: 0, lost: 0 });
      expect(Object.keys(result)).toEqual([
        ...['nodes', 'seconds', 'seed', 'writes', 'reads', 'hits', 'violations', 'lost'],
        ...['convergenceMs', 'isolated', 'restart'],
      ]);
    },
    TIMEOUT_MS,
  );

  test(
    'fails without polling: a write whose writer died before its gossip is lost',
    async () => {
      const { code, result, stderr } = await experiment('--without', 'polling');
      expect(result['lost']).toBeGreaterThan(0);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /lost, node-\d: package version \d+, committed at .* was applied never/,
      );
    },
    TIMEOUT_MS,
  );

  test(
    'fails without both',
    async () => {
      const { code, result } = await experiment('--without', 'both');
      expect(result['lost']).toBeGreaterThan(0);
      expect(code).toBe(1);
    },
    TIMEOUT_MS,
  );
});

describe('the demonstration', () => {
  test(
    'interrupted, ends its processes and removes its files',
    async () => {
      const { child, ended } = start(SHORT);
      const children = await startedChildren(child);
      child.kill('SIGINT');
      const { code } = await ended;
      expect(code).toBe(130);
      expect(children.filter(isAlive)).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'killed, leaves no process behind',
    async () => {
      const { child, ended } = start(SHORT);
      const children = await startedChildren(child);
      child.kill('SIGKILL');
      await ended;
      await expect.poll(() => children.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test('refuses a bad option in one line, with code 2, and starts nothing', async () => {
    const { code, stdout, stderr } = await start(['--nodes', '2']).ended;
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe('--nodes is "2": use a whole number from 3 to 10 (see --help)\n');
    expect(existsSync(temporary) && readdirSync(temporary)).toEqual([]);
  });
});

/** Waits until the clients run, the last to be started: three services, observer and clients. */
async function startedChildren(parent: ChildProcess): Promise<number[]> {
  await expect.poll(() => childrenOf(parent), { timeout: 60_000 }).toHaveLength(5);
  return childrenOf(parent);
}

function childrenOf(parent: ChildProcess): number[] {
  return processes().flatMap(({ pid, ppid }) => (ppid === parent.pid ? pid : []));
}

function isAlive(pid: number): boolean {
  return processes().some((one) => one.pid === pid);
}

/** All but those that have ended and are not yet collected by their parent. */
function processes(): { readonly pid: number; readonly ppid: number }[] {
  const listing = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return listing.split('\n').flatMap((line) => {
    const [pid, ppid, state = 'Z'] = line.trim().split(/\s+/);
    return state.startsWith('Z') ? [] : { pid: Number(pid), ppid: Number(ppid) };
  });
}
