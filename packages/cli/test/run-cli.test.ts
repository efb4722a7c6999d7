import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { hearsay } from '../../../test/cli/standalone-cluster.ts';
import { ask, cleanUp, startNode, urlOf } from './real-node.ts';

afterEach(cleanUp);

const BIN = join(import.meta.dirname, '../../hearsay/bin/hearsay.js');
const run = promisify(execFile);

describe('the node that is asked', () => {
  test('is the one of --url, whatever socket the environment names', async () => {
    const node = await startNode('a');
    const environment = { HEARSAY_ADMIN_SOCKET: '/nowhere/admin.sock' };
    const { exitCode } = await hearsay(['--url', urlOf(node), 'status'], { environment });
    expect(exitCode).toBe(0);
  });

  test('is the one of --socket, whatever URL the environment names', async () => {
    const node = await startNode('a');
    const environment = { HEARSAY_ADMIN_URL: urlOf(node) };
    const { exitCode, stderr } = await hearsay(['--socket', '/nowhere/s', 'status'], {
      environment,
    });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('/nowhere/s');
  });

  test('is the one of the URL where the environment names an empty socket and token', async () => {
    const node = await startNode('a');
    const environment = {
      HEARSAY_ADMIN_URL: urlOf(node),
      HEARSAY_ADMIN_SOCKET: '',
      HEARSAY_ADMIN_TOKEN: '',
    };
    expect(await hearsay(['status'], { environment })).toMatchObject({ exitCode: 0 });
  });

  test('is by default the one that the help names, with no environment at all', async () => {
    const environment = { HEARSAY_ADMIN_URL: '' };
    const { stdout } = await hearsay(['members', '--help'], { environment });
    expect(stdout.replace(/\s+/g, ' ')).toContain('default: "http://127.0.0.1:7947"');
  });

  test.each(['localhost:7947', 'nonsense', 'https://127.0.0.1:7947'])(
    'cannot be %s: a wrong argument, and what to write is said',
    async (url) => {
      const { exitCode, stdout, stderr } = await hearsay(['--url', url, 'status']);
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toContain('http://host:port');
      expect(await hearsay(['--url', url, 'keygen'])).toMatchObject({ exitCode: 0 });
    },
  );
});

test('a missing token is asked for in the words of the command line', async () => {
  const token = 'a-token-of-this-test-0123456789';
  const node = await startNode('a', { admin: { token } });
  for (const argv of [['status'], ['doctor']]) {
    const { exitCode, stdout, stderr } = await ask(node, ...argv);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).toMatch(/--token.*HEARSAY_ADMIN_TOKEN/);
  }
  expect(await ask(node, '--token', token, 'status')).toMatchObject({ exitCode: 0 });
});

test('a reader of the output that goes away interrupts the command', async () => {
  const node = await startNode('a');
  const line = `set -o pipefail; '${process.execPath}' '${BIN}' --url ${urlOf(node)} tail | head -n 1`;
  let ended = false;
  const piped = run('bash', ['-c', line])
    .then(
      () => ({ code: 0, stderr: '' }),
      ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
    )
    .finally(() => {
      ended = true;
    });
  while (!ended) {
    await node.invalidate('item', { key: 'k' });
    await setTimeout(10);
  }
  expect(await piped).toEqual({ code: 130, stderr: '' });
});
