import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AdminClient } from '@hearsay/admin/client';
import { afterAll, afterEach, describe, expect, test } from 'vitest';

const RUNNER = `import { runNode } from '@hearsay/node'; process.exitCode = await runNode(process.argv.slice(1));`;
const ANY = ['--mesh-listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'];

const directory = mkdtempSync(join(tmpdir(), 'hearsay-node-'));
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Line {
  readonly msg: string;
  readonly listening?: readonly string[];
  readonly adminAddress?: string;
}

class NodeProcess {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  stdout = '';
  stderr = '';
  readonly #waiting = new Set<() => void>();

  constructor(...argv: string[]) {
    const args = ['--input-type=module', '-e', RUNNER, '--', ...argv];
    this.child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.child);
    this.child.stdout?.on('data', (data) => {
      this.stdout += data;
    });
    createInterface({ input: this.child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      this.stderr += `${line}\n`;
      if (line.startsWith('{')) this.lines.push(JSON.parse(line));
      for (const look of this.#waiting) look();
    });
  }

  async says(message: string): Promise<Line> {
    const { promise, resolve, reject } = Promise.withResolvers<Line>();
    const look = () => {
      const line = this.lines.find(({ msg }) => msg === message);
      if (line) resolve(line);
    };
    this.#waiting.add(look);
    this.child.once('close', () => reject(new Error(`ended without "${message}": ${this.stderr}`)));
    look();
    return promise.finally(() => this.#waiting.delete(look));
  }

  async exitCode(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      await once(this.child, 'close');
    return this.child.exitCode;
  }
}

describe('a standalone node', () => {
  test('is a member, a seed and a door; told to end it leaves and exits with 0', async () => {
    const seed = new NodeProcess('--node', 'seed', '--scopes', 'table', ...ANY);
    const { listening, adminAddress } = await seed.says('the node is up');
    const log = join(directory, 'log.db');
    const other = new NodeProcess(
      ...['--node', 'other', '--scopes', 'table', '--log-sqlite', log],
      ...['--mesh-peers', String(listening?.[0]), ...ANY],
    );
    await other.says('a member changed');
    const up = await other.says('the node is up');
    await seed.says('a member changed');
    const door = new AdminClient({ url: String(adminAddress) });
    const { members } = await door.members();
    expect(members.map(({ node, state }) => [node, state])).toEqual([
      ['other', 'alive'],
      ['seed', 'alive'],
    ]);
    const doorOfOther = new AdminClient({ url: String(up.adminAddress) });
    for await (const { type, data } of door.events({ scopes: ['table'] })) {
      // Who subscribes is told to begin with nothing; from then on nothing is missed.
      if (type === 'reset')
        await doorOfOther.invalidate({ scope: 'table', targets: [{ key: 'lake/t1' }] });
      if (type !== 'invalidate') continue;
      expect(data).toMatchObject({ scope: 'table', key: 'lake/t1', from: { node: 'other' } });
      break;
    }
    for (const node of [seed, other]) node.child.kill('SIGTERM');
    expect([await seed.exitCode(), await other.exitCode()]).toEqual([0, 0]);
    expect(seed.lines.at(-1)?.msg).toBe('the node has left');
  });

  test('checks a configuration without listening', async () => {
    const node = new NodeProcess('--check', '--node', 'n', '--admin-token', 'x'.repeat(16));
    expect(await node.exitCode()).toBe(0);
    expect(node.stdout).toContain('node: n');
    expect(node.stdout).not.toContain('xxxx');
    expect(node.stderr).toBe('');
  });

  test('shows every setting in its help', async () => {
    const node = new NodeProcess('--help');
    expect(await node.exitCode()).toBe(0);
    expect(node.stdout).toContain('--mesh-listen <text>');
    expect(node.stdout).toContain('[mesh.medium]');
  });

  test.each([
    [['--check', '--mesh-listen', '0.0.0.0:0'], 2, /HEARSAY_CLUSTER_KEY_REQUIRED/],
    [['--check', '--admin-listen', '0.0.0.0:0'], 2, /admin\.token/],
    [['--check', '--node', 'a b'], 2, /HEARSAY_NAME_INVALID/],
    [['--log-sqlite', '/', ...ANY], 1, /HEARSAY_LOG_FILE/],
    [
      ['--mesh-listen', '192.0.2.1:7946', '--mesh-cluster-key', 'a1'.repeat(32)],
      1,
      /HEARSAY_LISTEN_FAILED/,
    ],
  ])('%s ends with %i in one line', async (argv, code, message) => {
    const node = new NodeProcess(...argv);
    expect(await node.exitCode()).toBe(code);
    expect(node.stderr).toMatch(message);
    expect(node.stderr.trim().split('\n')).toHaveLength(1);
    expect(node.stdout).toBe('');
  });
});
