import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outputOf, readExamples, shapeOf, writeExamples } from './reference.ts';
import { ServiceCluster } from './service-cluster.ts';
import { hearsay, StandaloneCluster } from './standalone-cluster.ts';

let cluster: StandaloneCluster;
beforeAll(async () => {
  cluster = await StandaloneCluster.start(3);
}, 60_000);
afterAll(() => cluster[Symbol.asyncDispose]());

describe('the reference', () => {
  const examples = readExamples();

  test('shows every command, and its help', async () => {
    const { stdout } = await hearsay(['--help']);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name as string);
    expect(commands.length).toBeGreaterThan(15);
    const shown = examples.map(({ command }) => command.split(' '));
    for (const name of commands.filter((one) => one !== 'help' && one !== 'node')) {
      const ofIt = shown.filter(([first]) => first === name);
      expect(
        ofIt.map(([, last]) => last),
        name,
      ).toContain('--help');
      // What debug prints is a page of figures.
      expect(ofIt.length, name).toBeGreaterThan(name === 'debug' ? 0 : 1);
    }
  });

  test('shows what the commands print', { timeout: 120_000 }, async () => {
    const outputs = new Map<string, string>();
    await using service = await ServiceCluster.start(40);
    service.db.exec("UPDATE item SET cents = -1 WHERE key = 'item/7'");
    service.node(2).items.delete('item/7');
    for (const { command } of examples) {
      // Standalone nodes have no caches.
      const asked = command.startsWith('verify --scope') ? service : cluster;
      outputs.set(command, await outputOf(asked, command));
    }
    if (process.env['HEARSAY_WRITE_DOCS'] === '1') writeExamples(outputs);
    for (const { command, output } of readExamples())
      expect(shapeOf(outputs.get(command) ?? ''), command).toBe(shapeOf(output));
  });
});

describe('the exit code', () => {
  test.each([
    ['is well', ['status'], 0],
    ['holds', ['wait', '--for', 'members=3'], 0],
    ['names no command', ['bogus'], 2],
    ['lacks an argument', ['ping'], 2],
    ['has a value out of range', ['--timeout', '0', 'status'], 2],
    ['names nothing to invalidate', ['invalidate', '--scope', 'table'], 2],
    ['names a condition that is none', ['wait', '--for', 'peace'], 2],
    ['names no member', ['ping', 'nobody'], 2],
    ['names an invalid scope', ['invalidate', '--scope', 'a b', '--key', 'k'], 2],
    ['asks where nobody answers', ['--url', 'http://127.0.0.1:1', 'members'], 3],
    ['waits in vain', ['--timeout', '200', 'wait', '--for', 'members=4'], 4],
  ])('of a command that %s', async (_, argv, exitCode) => {
    const outcome = await cluster.ask(argv);
    expect(outcome).toMatchObject({ exitCode });
    if (exitCode === 2 || exitCode === 3) {
      expect(outcome.stdout).toBe('');
      expect(outcome.stderr).not.toMatch(/^\s+at /m);
    }
  });

  test('is 130 where it was interrupted', async () => {
    expect(await cluster.ask(['tail'], { signal: 'SIGINT' })).toMatchObject({ exitCode: 130 });
  });

  test('is 1 where a member is down that others still know', async () => {
    await using lame = await StandaloneCluster.start(2);
    lame.nodes[1]?.process.kill('SIGSTOP');
    const { exitCode, stdout } = await lame.ask(['reachability']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('node-2');
    lame.nodes[1]?.process.kill('SIGCONT');
  });
});

describe('what is printed', () => {
  test.each([
    'members',
    'status',
    'lag',
    'scopes',
    'ping node-2',
    'top',
    'why table a',
    'reachability',
    'keys',
    'keygen',
    'doctor',
    'debug',
    'wait --for ready',
    'invalidate --scope table --key a --dry-run',
  ])('by %s with --json is one object on stdout', async (command) => {
    const { stdout } = await cluster.ask(['--json', ...command.split(' ')]);
    expect(JSON.parse(stdout)).toBeTypeOf('object');
  });

  test('has no colours and draws nothing anew where stdout is no terminal', async () => {
    const { stdout } = await cluster.ask(['members', '--watch'], { environment: { NO_COLOR: '' } });
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toContain('node-3');
  });

  test('by tail is what is invalidated, on another node too', async () => {
    const tail = cluster.ask([
      '--json',
      'tail',
      '--scope',
      'table',
      '--key',
      'lake/*',
      '--count',
      '2',
    ]);
    const other = cluster.nodes[1]?.url as string;
    let done = false;
    const tailed = tail.finally(() => {
      done = true;
    });
    while (!done)
      await hearsay(['--url', other, 'invalidate', '--scope', 'table', '--key', 'lake/t1']);
    const events = (await tailed).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const invalidations = events.filter(({ type }) => type === 'invalidate');
    for (const { data } of invalidations)
      expect(data).toMatchObject({ scope: 'table', key: 'lake/t1' });
    expect(events).toHaveLength(2);
  });

  test('by why after an invalidation names it on every node', async () => {
    const { exitCode } = await cluster.ask([
      'invalidate',
      '--scope',
      'table',
      '--key',
      'why/me',
      '--wait-applied',
    ]);
    expect(exitCode).toBe(0);
    const { stdout } = await cluster.ask(['--json', 'why', 'table', 'why/me']);
    const { nodes } = JSON.parse(stdout);
    expect(nodes).toHaveLength(3);
    for (const { drops } of nodes)
      expect(drops[0]).toMatchObject({ kind: 'key', key: 'why/me', from: { node: 'node-1' } });
  });
});

test('keys are rotated live, and the key is never an argument', async () => {
  const { stdout: key } = await cluster.ask(['keygen']);
  const added = await cluster.ask(['keys', 'add'], { input: key });
  expect(added.stdout.trim().split('\n')).toHaveLength(3);
  const environment = { HEARSAY_KEY: key.trim() };
  expect(await cluster.ask(['keys', 'remove'], { environment })).toMatchObject({ exitCode: 0 });
  expect(await cluster.ask(['keys', 'add'], { input: 'short' })).toMatchObject({ exitCode: 2 });
});
