import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { type Hearsay, type HearsayOptions, startHearsay } from '@hearsay/embed';
import { afterEach, describe, expect, test } from 'vitest';
import { hearsay, StandaloneCluster } from './standalone-cluster.ts';

interface Finding {
  readonly group: string;
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'fault';
  readonly detail: string;
  readonly fix: string;
}

const KEY = '5e'.repeat(32);
const OTHER_KEY = 'a7'.repeat(32);
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'hearsay-doctor-'));
  cleanups.push(() => rmSync(path, { recursive: true }));
  return path;
}

async function start(node: string, options: Partial<HearsayOptions> = {}): Promise<Hearsay> {
  const started = await startHearsay({
    node,
    ...options,
    mesh: { listen: '127.0.0.1:0', clusterKey: KEY, ...options.mesh },
    admin: { listen: '127.0.0.1:0', scopes: ['item'], ...options.admin },
  });
  cleanups.push(() => started.close());
  return started;
}

async function until(holds: () => unknown): Promise<void> {
  while (!holds()) await setTimeout(10);
}

/** What the doctor finds, by its check; every finding that is not well comes with its fix. */
async function examine(node: Hearsay | string, argv: readonly string[] = []) {
  const url = typeof node === 'string' ? node : String(node.status().adminAddress);
  const outcome = await hearsay(['--url', url, '--json', 'doctor', ...argv]);
  const { findings } = JSON.parse(outcome.stdout) as { findings: Finding[] };
  for (const { verdict, fix } of findings) expect(fix === '').toBe(verdict === 'ok');
  const hasFault = findings.some(({ verdict }) => verdict === 'fault');
  if (outcome.exitCode !== 3) expect(outcome.exitCode).toBe(hasFault ? 1 : 0);
  const find = (group: string, check: string) =>
    findings.find((one) => one.group === group && one.check === check);
  return { ...outcome, findings, find };
}

describe('the doctor', () => {
  test('finds nothing amiss on three nodes, in all its groups', { timeout: 60_000 }, async () => {
    await using cluster = await StandaloneCluster.start(3);
    const { findings, find } = await examine(cluster.first.url);
    expect(new Set(findings.map(({ group }) => group))).toEqual(
      new Set([
        ...['process', 'configuration', 'keys', 'ports', 'members', 'reachability'],
        ...['protocol versions', 'log', 'gaps'],
      ]),
    );
    // How late the event loop runs, and what that led to, is the machine's own business.
    const ill = findings.filter(
      ({ verdict, check }) => verdict !== 'ok' && !/^event loop|^faults of/.test(check),
    );
    expect(ill).toEqual([]);
    expect(find('ports', 'node-3 accepts connections')?.detail).toBe(cluster.nodes[2]?.address);
    expect(find('protocol versions', 'one version on all links')?.detail).toBe('1');
    expect(find('log', 'can be written')?.detail).toBe('yes');

    cluster.nodes[2]?.process.kill('SIGSTOP');
    const cut = await examine(cluster.first.url);
    cluster.nodes[2]?.process.kill('SIGCONT');
    expect(cut.find('reachability', 'all members answer')).toMatchObject({
      verdict: 'fault',
      detail: 'node-3',
    });
    expect(cut.exitCode).toBe(1);
  });

  test('asks nobody where nobody is, and checks the file all the same', async () => {
    const [good, bad] = [join(directory(), 'good.yaml'), join(directory(), 'bad.yaml')];
    writeFileSync(good, 'node: a\nmesh: { listen: 127.0.0.1:0 }');
    writeFileSync(bad, 'node: a\nmesh: { listen: 0.0.0.0:1 }');
    const [well, ill] = await Promise.all(
      [good, bad].map((file) => examine('http://127.0.0.1:1', ['--config', file])),
    );
    expect(well).toMatchObject({ exitCode: 3, stderr: '' });
    expect(well?.find('file', good)?.verdict).toBe('ok');
    expect(ill?.find('file', bad)).toMatchObject({
      verdict: 'fault',
      detail: expect.stringContaining('clusterKey'),
    });
    expect(ill?.find('node', 'can be asked')?.verdict).toBe('fault');
  });

  test('names a node without log and scopes', async () => {
    const { find, exitCode } = await examine(await start('a', { admin: { scopes: [] } }));
    expect(find('configuration', 'has a version log')?.verdict).toBe('warning');
    expect(find('configuration', 'follows scopes')?.verdict).toBe('warning');
    expect(find('log', 'can be written')).toMatchObject({ verdict: 'ok', detail: 'not tried' });
    expect(exitCode).toBe(0);
  });

  test('names members that read another log', async () => {
    const a = await start('a', { log: { sqlite: join(directory(), 'a.db') } });
    const peers = [...a.status().listening];
    const b = await start('b', {
      log: { sqlite: join(directory(), 'b.db') },
      mesh: { listen: '127.0.0.1:0', clusterKey: KEY, peers },
    });
    await until(() => a.status().peers.length === 1 && b.status().peers.length === 1);
    const { find } = await examine(a);
    expect(find('configuration', 'members have the same log')).toMatchObject({
      verdict: 'fault',
      detail: 'b',
    });
  });

  test('names keys that are two, and keys that are refused', async () => {
    const a = await start('a');
    a.keyring?.add(OTHER_KEY);
    a.keyring?.remove(OTHER_KEY);
    a.keyring?.add('b8'.repeat(32));
    await start('b', {
      mesh: { listen: '127.0.0.1:0', clusterKey: OTHER_KEY, peers: [...a.status().listening] },
    });
    await until(() => a.status().transport?.counters['admissionsRefusedKey']);
    const { find, exitCode } = await examine(a);
    expect(find('keys', 'one key is in use')?.verdict).toBe('warning');
    expect(find('keys', 'nobody holds another key')?.verdict).toBe('warning');
    expect(exitCode).toBe(0);
  });

  test('names a member whose announced address takes no connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await until(() => server.listening);
    const { port } = server.address() as { port: number };
    server.close();
    const a = await start('a', {
      mesh: { listen: '127.0.0.1:0', clusterKey: KEY, announce: [`127.0.0.1:${port}`] },
    });
    const { find } = await examine(a);
    expect(find('ports', 'a accepts connections')).toMatchObject({
      verdict: 'warning',
      detail: `127.0.0.1:${port} ECONNREFUSED`,
    });
  });

  test('tells a jump of the clock (F3)', async () => {
    let aheadMs = 0;
    const clock = {
      monotonicMs: () => performance.now(),
      wallMs: () => Date.now() + aheadMs,
    };
    const a = await start('a', { clock });
    expect((await examine(a)).find('process', 'clock')?.verdict).toBe('ok');
    aheadMs = 60_000;
    await until(() => a.status().counters.resetsByClockJump);
    expect((await examine(a)).find('process', 'clock')?.verdict).toBe('warning');
  });

  test('tells a log that takes no writes from one that cannot be read, and why', async () => {
    const path = join(directory(), 'service.db');
    const a = await start('a', { log: { sqlite: path }, poll: { intervalMs: 50 } });
    const db = new DatabaseSync(path, { timeout: 5_000 });
    // In WAL mode readers do not mind.
    db.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
    const locked = await examine(a);
    db.exec('ROLLBACK');
    db.close();
    expect(locked.find('log', 'can be read')?.verdict).toBe('ok');
    expect(locked.find('log', 'can be written')).toMatchObject({
      verdict: 'fault',
      detail: expect.stringMatching(/lock|busy|held/),
    });
    a.cache('item', { ttlMs: 1_000, consistency: { strict: { leaseMs: 250 } } });
    renameSync(path, `${path}.away`);
    await until(() => a.status().logReachable === false);
    await until(() => !a.status().ready);
    const gone = await examine(a);
    expect(gone.find('log', 'bounds and rights hold')).toMatchObject({
      verdict: 'fault',
      detail: expect.stringMatching(/^item: \w/),
    });
    for (const command of ['status', 'top'])
      expect((await hearsay(['--url', String(a.status().adminAddress), command])).stdout).toMatch(
        /(?:no|not ready): item: \w/,
      );
    expect(gone.find('log', 'can be read')).toMatchObject({
      verdict: 'fault',
      detail: expect.stringContaining('service.db'),
    });
    expect(gone.find('log', 'can be read by all members')?.detail).toBe('a');
  });
});
